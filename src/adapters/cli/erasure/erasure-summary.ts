import type { ErasureSummary } from '../../../application/erasure/erase';
import { countText } from '../quantity-text';

function numbersOf({ tickets, events, texts, names, rows, keys }: ErasureSummary) {
  return {
    counts:
      `${countText(texts, 'text')} and ${countText(names, 'name')} in ${countText(events, 'event')} ` +
      `of ${countText(tickets, 'ticket')}`,
    others: `${countText(rows, 'row')} of other tables, and ${countText(keys, 'answer')} to idempotency keys`,
  };
}

/** How much an erasure has erased, for the audit log. */
export function erasedNumbers(summary: ErasureSummary): string {
  const { counts, others } = numbersOf(summary);
  return `${counts}; ${others}`;
}

/** What `stepdown erase` prints at its end, and its exit code. */
export function erasureResult(
  summary: ErasureSummary,
  isDryRun: boolean,
): { readonly lines: readonly string[]; readonly exitCode: 0 | 1 } {
  const { alsoKnownAs, remaining, failed } = summary;
  const { counts, others } = numbersOf(summary);
  const lines = [
    isDryRun
      ? `Would erase ${counts}, and change ${others}. Nothing was changed.`
      : `Erased ${counts}, and changed ${others}.`,
    ...(alsoKnownAs.length === 0
      ? []
      : [
          `Actors of that name are also called ${alsoKnownAs.join(', ')}. Texts that mention these names only stay; ` +
            'add a --person for each to erase them too.',
        ]),
    ...remaining.map(
      ({ table, column, row }) => `Not changed, although it names the person: the column ${column} of ${table} ${row}.`,
    ),
    ...failed.map(({ ticket, reason }) => `Ticket ${ticket} was left as it is: ${reason}`),
  ];
  return { lines, exitCode: failed.length > 0 ? 1 : 0 };
}
