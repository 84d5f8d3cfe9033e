import { thousands } from '../../domain/thousands';
/** The texts that an operation has read from the store, in UTF-16 units, and how many it may. */
export interface TextsRead {
  characters: number;
  readonly most: number;
}

/** The operation reads more texts than it may. */
export class TooMuchText extends Error {
  override readonly name = 'TooMuchText';
  constructor({ most }: TextsRead) {
    super(
      `The objects that the operation reads have texts of more than ${thousands(most)} characters, also those that it does not select. Request shorter pages or fewer lists.`,
    );
  }
}

/** @throws TooMuchText */
export function chargeText(read: TextsRead | undefined, characters: number): void {
  if (read === undefined) return;
  read.characters += characters;
  if (read.characters > read.most) throw new TooMuchText(read);
}

/** The length of all texts in a value that was read. */
export function textIn(root: unknown): number {
  let characters = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') characters += value.length;
    else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) open.push(part);
  }
  return characters;
}
