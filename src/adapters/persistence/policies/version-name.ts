/** The key of a version among all versions of all policies, such as `gold/3`. */
export const nameOf = (id: string, version: number): string => `${id}/${version}`;

/** The parts of such a key. */
export const partsOf = (name: string): { readonly id: string; readonly version: number } => {
  const slash = name.lastIndexOf('/');
  return { id: name.slice(0, slash), version: Number(name.slice(slash + 1)) };
};
