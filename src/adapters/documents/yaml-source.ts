import {
  type Alias,
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
import { thousands } from '../../domain/thousands';
import { type DocumentProblem, type FieldPath, fieldName } from './document-error';

/** The maximum size of a document. A larger file is probably the wrong file. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

// The parser is recursive: thousands of nested brackets would exhaust the stack and end the
// process.
const MAX_DEPTH = 100;

// An alias repeats its whole node, so a short text can stand for very many. Both limits are far
// above those of a real policy.
const MAX_ALIASES = 100;
const MAX_NODES = 20_000;

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

type Targets = ReadonlyMap<Alias, Node>;

/**
 * The node that each alias repeats, found in one pass in the order of the text. `resolve` of the
 * library searches the whole document for each alias.
 *
 * @returns the place and the name of the limit that the document exceeds, where aliases are counted
 *   as what they repeat
 */
function resolveAliases(document: Document.Parsed): Targets | { readonly node: Node; readonly limit: string } {
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Node>();
  const sizes = new Map<Node, number>();
  let exceeded: { readonly node: Node; readonly limit: string } | null = null;
  const measure = (node: unknown): number => {
    if (!isNode(node) || exceeded !== null) return 0;
    let size = 1;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      // A node that is not yet measured contains this alias, which `inspect` reports.
      size = target === undefined ? 1 : (sizes.get(target) ?? 1);
      if (targets.size > MAX_ALIASES) exceeded = { node, limit: `${MAX_ALIASES} aliases` };
    } else {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isSeq(node)) for (const item of node.items) size += measure(item);
      if (isMap(node)) for (const { key, value } of node.items) size += measure(key) + measure(value);
      sizes.set(node, size);
    }
    if (size > MAX_NODES) exceeded ??= { node, limit: `${thousands(MAX_NODES)} values` };
    return size;
  };
  measure(document.contents);
  return exceeded ?? targets;
}

/**
 * Calls `note` for each repeated key, key that is not a plain name, and alias that is unresolved or
 * recursive.
 */
function inspect(
  document: Document.Parsed,
  targets: Targets,
  note: (node: Node, path: FieldPath, message: string) => void,
): void {
  const openAnchors: string[] = [];
  const visit = (node: unknown, path: FieldPath): void => {
    if (!isNode(node)) return;
    if (isAlias(node)) {
      if (!targets.has(node)) note(node, path, `*${node.source} refers to an anchor that is not defined before it`);
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

function locator(document: Document.Parsed, targets: Targets, lines: LineCounter): YamlSource['locate'] {
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
      if (isAlias(node)) node = targets.get(node);
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
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
    // Otherwise a key that is a collection makes the library write to standard error.
    logLevel: 'error',
  });
  const problems: DocumentProblem[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    ...positionOf(lines, pos[0]),
    field: fieldName([]),
    message: syntaxMessage(message),
  }));
  if (document.errors.length > 0) return { value: undefined, problems, locate: () => START };

  const targets = resolveAliases(document);
  if (!(targets instanceof Map)) {
    const { node, limit } = targets as Exclude<typeof targets, Targets>;
    const message = `has more than ${limit}, where each alias counts as what it repeats`;
    return unreadable(message, positionOf(lines, node.range?.[0] ?? 0));
  }
  let isBuildable = true;
  inspect(document, targets, (node, path, message) => {
    problems.push({ ...positionOf(lines, node.range?.[0] ?? 0), field: fieldName(path), message });
    isBuildable &&= !isAlias(node);
  });
  const locate = locator(document, targets, lines);
  if (!isBuildable) return { value: undefined, problems, locate };
  // The expanded size is already limited.
  return { value: document.toJS({ maxAliasCount: -1 }), problems, locate };
}
