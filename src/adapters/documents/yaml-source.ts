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

/** The maximum size of a document. A larger file is probably the wrong file. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

// The parser is recursive: thousands of nested brackets would exhaust the stack and end the
// process.
const MAX_DEPTH = 100;

type Position = Pick<DocumentProblem, 'line' | 'column'>;

/** A YAML text as plain data, with the position of each field. */
export interface YamlSource {
  /** The data; undefined if the text cannot be parsed. */
  readonly value: unknown;
  /** Syntax errors, repeated keys and unresolved aliases. */
  readonly problems: readonly DocumentProblem[];
  /** The position of a field; of a missing field, the position of the closest existing parent. */
  readonly locate: (path: FieldPath, at?: 'key' | 'value') => Position;
}

const START: Position = { line: 1, column: 1 };

const unreadable = (message: string, at: Position = START): YamlSource => ({
  value: undefined,
  problems: [{ ...at, field: fieldName([]), message }],
  locate: () => START,
});

/** The offset at which the nesting exceeds MAX_DEPTH; undefined if it does not. */
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

/** The message of a problem for a syntax error of the library. */
const syntaxMessage = (message: string): string => `is not valid YAML: ${message.replace(/\s+/g, ' ').trim()}`;

/**
 * Calls `note` for each repeated key, key that is not a plain name, and alias that is unresolved or
 * recursive.
 */
function inspect(document: Document.Parsed, note: (node: Node, path: FieldPath, message: string) => void): void {
  const openAnchors: string[] = [];
  const visit = (node: unknown, path: FieldPath): void => {
    if (!isNode(node)) return;
    if (isAlias(node)) {
      const known = node.resolve(document) !== undefined;
      if (!known) note(node, path, `*${node.source} refers to an anchor that is not defined before it`);
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
        if (seen.has(name)) note(key, [...path, name], 'occurs twice in the same map; keep one');
        seen.add(name);
        visit(value, [...path, name]);
      }
    }
    if (anchor !== undefined) openAnchors.pop();
  };
  visit(document.contents, []);
}

function locator(document: Document.Parsed, lines: LineCounter): YamlSource['locate'] {
  // Each map is indexed once, because a file can have as many problems as fields.
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
    let parent = 0;
    let value: number | undefined = 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = pairOf(node, String(step));
        if (pair === undefined) return positionOf(lines, parent);
        parent = offsetOf(pair.key) ?? parent;
        // A key without a value has an empty node at a later position, so the key is reported
        // instead.
        value = isScalar(pair.value) && pair.value.value === null ? parent : offsetOf(pair.value);
        node = pair.value;
      } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
        node = node.items[step];
        parent = offsetOf(node) ?? parent;
        value = parent;
      } else {
        return positionOf(lines, parent);
      }
    }
    return positionOf(lines, at === 'key' ? parent : (value ?? parent));
  };
}

/** Parses one YAML 1.2 document. Never throws because of the text: its faults are in `problems`. */
export function readYaml(text: string): YamlSource {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) return unreadable('is larger than 1 MiB, the maximum size');
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    const line = text.slice(0, deep).split('\n').length;
    return unreadable(`is nested deeper than ${MAX_DEPTH} levels`, {
      line,
      column: deep - text.lastIndexOf('\n', deep - 1),
    });
  }

  const lines = new LineCounter();
  // `inspect` finds repeated keys and names the field; the search of the library is quadratic.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const problems: DocumentProblem[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    ...positionOf(lines, pos[0]),
    field: fieldName([]),
    message: syntaxMessage(message),
  }));
  if (document.errors.length > 0) return { value: undefined, problems, locate: locator(document, lines) };

  let isBuildable = true;
  inspect(document, (node, path, message) => {
    problems.push({ ...positionOf(lines, node.range?.[0] ?? 0), field: fieldName(path), message });
    isBuildable &&= !isAlias(node);
  });
  const locate = locator(document, lines);
  if (!isBuildable) return { value: undefined, problems, locate };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problems, locate };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The remaining cause is aliases that multiply each other. The position is that of the first
    // alias.
    const at = positionOf(lines, Math.max(text.search(/(?<=[\s[,])\*\S/), 0));
    return { value: undefined, problems: [...problems, ...unreadable(syntaxMessage(reason), at).problems], locate };
  }
}
