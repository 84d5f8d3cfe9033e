/** The encodings of a file that `file.encoding` of a mapping accepts. */
export const ENCODINGS = ['utf-8', 'latin-1', 'windows-1252', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** How the bytes of one encoding become text, and how line ends look in them. */
export interface Codec {
  /** The length of a line end in bytes. */
  readonly width: 1 | 2;
  /**
   * @param isCut whether the last character may be cut; it is then left out
   * @throws TypeError if the bytes are not in the encoding
   */
  decode(bytes: Uint8Array, isCut?: boolean): string;
  /** Where the code unit is from an offset on, in bytes; -1 if it is not there. */
  indexOf(bytes: Buffer, unit: number, from: number): number;
  lastIndexOf(bytes: Buffer, unit: number): number;
}

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** The byte order mark at the start of a file; null if there is none. */
export function byteOrderMark(bytes: Buffer): { readonly encoding: Encoding; readonly length: number } | null {
  const found = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  return found === undefined ? null : { encoding: found[0], length: found[1].length };
}

export function codecOf(encoding: Encoding): Codec {
  if (encoding === 'latin-1' || encoding === 'windows-1252') return singleBytes(decodeWindows1252);
  const create = () => new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const whole = create();
  const decode: Codec['decode'] = (bytes, isCut = false) =>
    isCut ? create().decode(bytes, { stream: true }) : whole.decode(bytes);
  return encoding === 'utf-8' ? singleBytes(decode) : doubleBytes(decode, encoding === 'utf-16be');
}

const singleBytes = (decode: Codec['decode']): Codec => ({
  width: 1,
  decode,
  indexOf: (bytes, unit, from) => bytes.indexOf(unit, from),
  lastIndexOf: (bytes, unit) => bytes.lastIndexOf(unit),
});

function doubleBytes(decode: Codec['decode'], isBigEndian: boolean): Codec {
  const isAt = (bytes: Buffer, unit: number, at: number): boolean =>
    (isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at)) === unit;
  return {
    width: 2,
    decode,
    indexOf: (bytes, unit, from) => {
      for (let at = from; at + 1 < bytes.length; at += 2) if (isAt(bytes, unit, at)) return at;
      return -1;
    },
    lastIndexOf: (bytes, unit) => {
      for (let at = (bytes.length & ~1) - 2; at >= 0; at -= 2) if (isAt(bytes, unit, at)) return at;
      return -1;
    },
  };
}

/** The characters of the bytes 0x80 to 0x9F in windows-1252; null for the five that have none. */
const FROM_0X80 = [...'€_‚ƒ„…†‡ˆ‰Š‹Œ_Ž__‘’“”•–—˜™š›œ_žŸ'].map((letter) => (letter === '_' ? null : letter));

/**
 * Not by `TextDecoder`: from Node.js 20.18.3 on it decodes these bytes as control characters
 * (nodejs/node#56542). `latin-1` means windows-1252 too, as it does on the web: its own control
 * characters do not occur in text.
 */
function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (control) => {
    const letter = FROM_0X80[control.charCodeAt(0) - 0x80];
    if (letter == null) throw new TypeError('The byte has no character in windows-1252');
    return letter;
  });
}
