import type { DeskClock } from './desk-clock';
import { type EventFacts, eventSentence } from './event-sentence';
import { fitted, type ScreenLine, styled } from './styled-output';
import { cutTo } from './terminal-text';

/**
 * Who did what, and when; with the time of recording, and its reason, where that is later.
 *
 * @param columns the most columns of a sentence, which is cut then; no limit by default
 */
export function eventLines(event: EventFacts, clock: DeskClock, columns?: number): readonly ScreenLine[] {
  const at = clock.time(event.at);
  const entered = clock.time(event.recordedAt);
  const reason = event.lateReason === null ? '' : `: ${event.lateReason}`;
  // All events of an import were recorded when it ran.
  const late = entered === at || event.actor.kind === 'IMPORT' ? '' : ` (entered ${entered}${reason})`;
  const sentence = eventSentence(event);
  const shown = columns === undefined ? sentence : cutTo(columns, sentence);
  return fitted([`  ${at}  `, styled('BOLD', event.actor.name), ` ${shown}${late}`], 4);
}
