import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { type DocumentProblem, type FieldPath, fieldName } from './document-error';

/** Such a file is a few screens of text; anything beyond this is another file picked by mistake. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

// The reader descends recursively: thousands of nested brackets would exhaust the stack and take the process with it.
const MAX_DEPTH = 100;

type Position = Pick<DocumentProblem, 'line' | 'column'>;

/** A YAML text as plain data that remembers where each field stands. */
export interface YamlSource {
  /** The data; undefined where the text cannot be read at all. */
  readonly value: unknown;
  /** What YAML itself objects to: syntax, repeated keys, aliases that lead nowhere. */
  readonly problems: readonly DocumentProblem[];
  /** Where the field stands; where it is missing, the key or entry that should hold it. */
  readonly locate: (path: FieldPath, at?: 'key' | 'value') => Position;
}

const START: Position = { line: 1, column: 1 };

const unreadable = (message: string, at: Position = START): YamlSource => ({
  value: undefined,
  problems: [{ ...at, field: fieldName([]), message }],
  locate: () => START,
});

/** The offset at which the text nests deeper than any such file does. */
function tooDeepAt(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return parser.offset;
  }
  return undefined;
}

const positionOf = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

/** A syntax error of the library as a problem; its texts end in "at line …" only where it is asked to be pretty. */
const syntaxMessage = (message: string): string => `is not valid YAML: ${message.replace(/\s+/g, ' ').trim()}`;

/** Repeated keys, keys that are no names, and aliases that lead nowhere or into themselves; `note` is told of each. */
function inspect(document: Document.Parsed, note: (node: Node, path: FieldPath, message: string) => void): void {
  const openAnchors: string[] = [];
  const visit = (node: unknown, path: FieldPath): void => {
    if (!isNode(node)) return;
    if (isAlias(node)) {
      const known = node.resolve(document) !== undefined;
      if (!known) note(node, path, `*${node.source} refers to an anchor that does not stand before it`);
      else if (openAnchors.includes(node.source)) note(node, path, `*${node.source} contains itself`);
      return;
    }
    const anchor = node.anchor;
    if (anchor !== undefined) openAnchors.push(anchor);
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    if (isMap(node)) {
      const seen = new Set<string>();
      for (const { key, value } of node.items) {
        if (!isScalar(key) || key.value === null || key.value === '__proto__') {
          note(isNode(key) ? key : node, path, 'takes plain names as keys');
          continue;
        }
        const name = String(key.value);
        if (seen.has(name)) note(key, [...path, name], 'stands twice in the same map; keep one');
        seen.add(name);
        visit(value, [...path, name]);
      }
    }
    if (anchor !== undefined) openAnchors.pop();
  };
  visit(document.contents, []);
}

function locator(document: Document.Parsed, lines: LineCounter): YamlSource['locate'] {
  // Each map is indexed once: a file may have as many problems as fields.
  const indices = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const pairOf = (map: YAMLMap, name: string): Pair | undefined => {
    let index = indices.get(map);
    if (index === undefined) {
      index = new Map(map.items.filter(({ key }) => isScalar(key)).map((pair) => [String(pair.key), pair]));
      indices.set(map, index);
    }
    return index.get(name);
  };
  const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
  return (path, at = 'value') => {
    let node: unknown = document.contents;
    let holder = 0;
    let value: number | undefined = 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = pairOf(node, String(step));
        if (pair === undefined) return positionOf(lines, holder);
        holder = offsetOf(pair.key) ?? holder;
        // A key without a value has an empty node somewhere behind it: the key is the better place to point at.
        value = isScalar(pair.value) && pair.value.value === null ? holder : offsetOf(pair.value);
        node = pair.value;
      } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
        node = node.items[step];
        holder = offsetOf(node) ?? holder;
        value = holder;
      } else {
        return positionOf(lines, holder);
      }
    }
    return positionOf(lines, at === 'key' ? holder : (value ?? holder));
  };
}

/** Reads one YAML 1.2 document. Never throws for what the text says: everything wrong with it is in `problems`. */
export function readYaml(text: string): YamlSource {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES)
    return unreadable('is larger than 1 MiB; such a file is far smaller');
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    const line = text.slice(0, deep).split('\n').length;
    return unreadable(`nests deeper than ${MAX_DEPTH} levels`, {
      line,
      column: deep - text.lastIndexOf('\n', deep - 1),
    });
  }

  const lines = new LineCounter();
  // Repeated keys are looked for below, where the field can be named; the library's own search is quadratic besides.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const problems: DocumentProblem[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    ...positionOf(lines, pos[0]),
    field: fieldName([]),
    message: syntaxMessage(message),
  }));
  if (document.errors.length > 0) return { value: undefined, problems, locate: locator(document, lines) };

  let buildable = true;
  inspect(document, (node, path, message) => {
    problems.push({ ...positionOf(lines, node.range?.[0] ?? 0), field: fieldName(path), message });
    buildable &&= !isAlias(node);
  });
  const locate = locator(document, lines);
  if (!buildable) return { value: undefined, problems, locate };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problems, locate };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What is left to go wrong is aliases that multiply each other; the first one is where to begin.
    const at = positionOf(lines, Math.max(text.search(/(?<=[\s[,])\*\S/), 0));
    return { value: undefined, problems: [...problems, ...unreadable(syntaxMessage(reason), at).problems], locate };
  }
}
