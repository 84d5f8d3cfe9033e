/** A part of a page that is carried out, or text that stays as it is. */
type Block =
  | { readonly kind: 'TEXT'; readonly lines: readonly string[] }
  /** Commands with a person's prompt, and what they printed when the page was written. */
  | { readonly kind: 'CONSOLE'; readonly commands: readonly { readonly person: string; readonly command: string }[] }
  /** An operation, and the data that it gave. */
  | { readonly kind: 'OPERATION'; readonly query: string };

/** What carries out the parts of a page. */
export interface PageActions {
  /** Called at a comment `<!-- time: 2026-11-30T09:00-05:00 -->`. */
  moveTo(at: number): Promise<void>;
  /** Runs a command line of a person; gives what it prints. */
  run(person: string, command: string): Promise<string>;
  /** Asks the API; gives the answer. */
  ask(query: string): Promise<unknown>;
}

const TIME = /^<!-- time: (\S+) -->$/;
const PROMPT = /^(\w+)\$ (.+)$/;

/**
 * Carries out a page from first to last: the commands in its `console` blocks, and its `graphql`
 * blocks, each with a `json` block after it.
 *
 * @returns the page, with what was printed and answered instead of what it says
 */
export async function carryOutPage(page: string, actions: PageActions): Promise<string> {
  const written: string[] = [];
  for (const block of blocksOf(page.split('\n'))) written.push(...(await carryOut(block, actions)));
  return written.join('\n');
}

async function carryOut(block: Block, actions: PageActions): Promise<readonly string[]> {
  if (block.kind === 'TEXT') {
    for (const line of block.lines) {
      const [, time] = TIME.exec(line) ?? [];
      if (time !== undefined) await actions.moveTo(Date.parse(time));
    }
    return block.lines;
  }
  if (block.kind === 'OPERATION') {
    const answer = JSON.stringify(await actions.ask(block.query), null, 2);
    return ['```graphql', block.query, '```', '', '```json', answer, '```'];
  }
  const printed: string[] = [];
  for (const { person, command } of block.commands) {
    const output = await actions.run(person, command.replaceAll('\\\n', ' '));
    printed.push(`${person}$ ${command}`, ...(output === '' ? [] : [output.trimEnd()]));
  }
  return ['```console', ...printed, '```'];
}

function* blocksOf(lines: readonly string[]): Generator<Block> {
  for (let at = 0; at < lines.length; ) {
    const fence = /^```(console|graphql)$/.exec(lines[at] ?? '')?.[1];
    if (fence === undefined) {
      yield { kind: 'TEXT', lines: [lines[at] ?? ''] };
      at += 1;
      continue;
    }
    const end = lines.indexOf('```', at);
    const inside = lines.slice(at + 1, end);
    if (fence === 'console') {
      yield { kind: 'CONSOLE', commands: commandsIn(inside) };
      at = end + 1;
      continue;
    }
    if (lines[end + 1] !== '' || lines[end + 2] !== '```json') {
      throw new Error(`Line ${end + 2}: an operation has to be followed by an empty line and a block of json`);
    }
    yield { kind: 'OPERATION', query: inside.join('\n') };
    at = lines.indexOf('```', end + 2) + 1;
  }
}

/** A command goes on in the next line after a backslash. */
function commandsIn(lines: readonly string[]): readonly { readonly person: string; readonly command: string }[] {
  const commands: { person: string; command: string }[] = [];
  let goesOn = false;
  for (const line of lines) {
    const last = commands.at(-1);
    const [, person, command] = PROMPT.exec(line) ?? [];
    if (goesOn && last !== undefined) last.command += `\n${line}`;
    else if (person !== undefined && command !== undefined) commands.push({ person, command });
    goesOn = (goesOn || command !== undefined) && line.endsWith('\\');
  }
  return commands;
}
