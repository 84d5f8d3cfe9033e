import { COMMAND_TYPES } from '../../domain/ticket/commands';
import { TRANSITIONS, type Transition } from '../../domain/ticket/lifecycle';
import { TICKET_STATES, type TicketState } from '../../domain/ticket/ticket';
import { ticketMachine } from '../../domain/ticket/ticket-machine';

/** An arrow of the diagram: all transitions from one state to another. */
interface Arrow {
  readonly from: TicketState;
  readonly to: TicketState;
  readonly labels: readonly string[];
}

const label = ({ command, guard }: Transition): string => (guard === null ? command : `${command} [${guard}]`);

/** One arrow for each pair of states that transitions connect, in the order of the machine. */
function arrows(): readonly Arrow[] {
  return TICKET_STATES.flatMap((from) =>
    TICKET_STATES.flatMap((to) => {
      const between = TRANSITIONS.filter((transition) => transition.from === from && transition.to === to);
      const labels = [...new Set(between.map(label))];
      return labels.length === 0 ? [] : [{ from, to, labels }];
    }),
  );
}

export const INITIAL_STATE = ticketMachine.config.initial as TicketState;

/** The states that no command leaves, although some can still be recorded in them. */
export const FINAL_STATES: readonly TicketState[] = TICKET_STATES.filter(
  (state) => !TRANSITIONS.some(({ from, to }) => from === state && to !== state),
);

/** The commands that have a transition, in the order of `COMMAND_TYPES`. */
export const LIVE_COMMANDS = COMMAND_TYPES.filter((command) =>
  TRANSITIONS.some((transition) => transition.command === command),
);

/** The lifecycle as a Mermaid state diagram, derived from the machine. */
export function lifecycleMermaid(): string {
  const lines = [
    'stateDiagram-v2',
    `  [*] --> ${INITIAL_STATE}`,
    ...arrows().flatMap(({ from, to, labels }) => labels.map((text) => `  ${from} --> ${to}: ${text}`)),
    ...FINAL_STATES.map((state) => `  ${state} --> [*]`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The lifecycle as a Graphviz graph. */
function lifecycleDot(): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
  const lines = [
    'digraph lifecycle {',
    '  graph [rankdir=LR, fontname="Helvetica", pad=0.3, nodesep=0.6, ranksep=1.1]',
    '  node [shape=box, style="rounded,filled", fillcolor="#f4f6fa", color="#3b4a6b", fontname="Helvetica", fontsize=13]',
    '  edge [color="#3b4a6b", fontname="Helvetica", fontsize=10]',
    '  start [shape=circle, label="", width=0.18, fillcolor="#3b4a6b"]',
    `  start -> ${quoted(INITIAL_STATE)}`,
    ...FINAL_STATES.map((state) => `  ${quoted(state)} [peripheries=2]`),
    ...arrows().map(
      ({ from, to, labels }) =>
        `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(labels.join('\\l')).slice(0, -1)}\\l"]`,
    ),
    '}',
  ];
  return lines.join('\n');
}

let drawn: Promise<string> | null = null;

/**
 * The lifecycle as SVG. Graphviz, compiled to WebAssembly, is loaded on the first call; the result
 * is kept.
 */
export function lifecycleSvg(): Promise<string> {
  drawn ??= draw().catch((error: unknown) => {
    drawn = null;
    throw error;
  });
  return drawn;
}

async function draw(): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  return viz.renderString(lifecycleDot(), { format: 'svg' });
}
