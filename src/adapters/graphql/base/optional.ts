/** The options of an argument or input field that may be left out. */
export const optional = { nullable: true } as const;
