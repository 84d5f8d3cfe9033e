import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../model/answer';
import type { Entry, History } from '../model/history';
import { ask, play } from '../model/model';
import { readPolicy } from '../model/policy';
import { randomHistories } from '../model/random-history';
import { CIMCLOUD } from '../support/policies';
import { ProductHistory } from '../support/product-history';

const COUNT = Number(process.env.MODEL_HISTORIES ?? 200);
const SEED = Number(process.env.MODEL_SEED ?? 1);
const model = readPolicy('policies/cimcloud.yaml');

const SKIPPED = ['updateTicket', 'approveWaiver', 'rejectWaiver'];
const without = ({ opening, entries }: History): History => ({
  opening,
  entries: entries
    .filter(({ command }) => !SKIPPED.includes(command.kind))
    .map((entry): Entry => {
      const { command } = entry;
      return command.kind === 'startWaiting' ? { ...entry, command: { ...command, until: null } } : entry;
    }),
});

describe('second', () => {
  it('equals', () => {
    const found = new Map<string, string>();
    const note = (key: string, what: string) => {
      const [count] = (found.get(key) ?? '0 ').split(' ');
      found.set(key, `${Number(count) + 1} ${what}`);
    };
    let n = 0;
    for (const raw of randomHistories(model, SEED, COUNT)) {
      n++;
      const history = without(raw);
      const played = play(model, history);
      let product: ProductHistory;
      try {
        product = ProductHistory.open(CIMCLOUD, history.opening);
      } catch (e) {
        const code = (e as Error).message;
        const verdict = played.opening.accepted ? 'accepted' : played.opening.code;
        if (verdict !== code) note(`open product ${code} model ${verdict}`, `${n}`);
        continue;
      }
      if (!played.opening.accepted) {
        note(`open product accepted model ${played.opening.code}`, `${n}`);
        continue;
      }
      let ok = true;
      for (const [index, entry] of history.entries.entries()) {
        const refusal = product.take(entry);
        const verdict = played.verdicts[index];
        const mine = verdict?.accepted ? 'accepted' : (verdict as { code: string }).code;
        const theirs = codeOf(refusal, entry);
        if (mine !== theirs) {
          note(`${entry.command.kind}: product ${theirs} model ${mine}`, `${n}/${index}`);
          if ((mine === 'accepted') !== (theirs === 'accepted')) {
            ok = false;
            break;
          }
        }
        if (history.entries[index + 1]?.recordedAt === entry.recordedAt) continue;
        const question = { asOf: entry.recordedAt, knownAt: entry.recordedAt };
        const [a, b] = [product.ask(question), ask(played, question)];
        if (!compare(a, b, `${n}/${index} ${entry.command.kind}${entry.occurredAt === null ? '' : ' late'}`, note)) {
          ok = false;
          break;
        }
      }
      if (!ok) continue;
      const end = (history.entries.at(-1)?.recordedAt ?? history.opening.recordedAt) + 86_400_000;
      product.pass(end);
      const from = history.opening.occurredAt ?? history.opening.recordedAt;
      for (let step = 0; step <= 7; step++) {
        const question = { asOf: Math.floor(from + ((end - from) * step) / 7), knownAt: end };
        if (!compare(product.ask(question), ask(played, question), `${n} asOf ${step}`, note)) break;
      }
    }
    console.log([...found].map(([k, v]) => `${v} :: ${k}`).join('\n'));
    expect(found.size).toBe(0);
  });
});

function codeOf(refusal: any, entry: Entry): string {
  if (refusal === null) return 'accepted';
  const { kind } = entry.command;
  if (refusal.code === 'IllegalTransition' && refusal.state === 'closed' && (kind === 'communicate' || kind === 'recordCall')) return 'FollowUpNeeded';
  if (refusal.code === 'InvalidInput' && kind === 'close') return 'ReasonNeeded';
  if (refusal.code === 'InvalidInput' && refusal.field === 'severity') return 'UnknownSeverity';
  if (refusal.field === 'impacts') return 'NoImpacts';
  if (refusal.field === 'override.severity') return 'UnknownSeverity';
  if (refusal.code === 'InvalidInput') return JSON.stringify(refusal);
  return ({ UnknownFact: 'UnknownCode', ApproverIsProposer: 'SameAgent', ReclassifiedSinceWorkaround: 'ReclassifiedSince', NothingToWaive: 'NoSuchBreach' } as any)[refusal.code] ?? refusal.code;
}

function compare(a: Answer | null, b: Answer | null, where: string, note: (k: string, w: string) => void): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  const keys = Object.keys({ ...a, ...b }) as (keyof Answer)[];
  for (const key of keys) {
    const [x, y] = [a?.[key], b?.[key]];
    if (JSON.stringify(x) === JSON.stringify(y)) continue;
    if (key === 'details' || key === 'notes') continue;
    if (key === 'impacts') { const u = (v: any) => JSON.stringify([...new Set(v.map((i: any) => i.audience + i.consequence))].sort()); if (u(x) === u(y)) continue; }
    if (key === 'cycles' && Array.isArray(x) && Array.isArray(y)) {
      if (x.length !== y.length) {
        note(`cycles count`, `${where} ${JSON.stringify(x.map((c) => [(c as any).kind, (c as any).number, (c as any).status]))} ${JSON.stringify(y.map((c) => [(c as any).kind, (c as any).number, (c as any).status]))}`);
        return false;
      }
      for (const [i, c] of x.entries()) {
        const d = y[i] as any;
        for (const f of Object.keys(c as any)) {
          if (f === 'marks') continue;
          const [p, q] = [JSON.stringify((c as any)[f]), JSON.stringify(d[f])];
          if (p !== q) {
            note(`cycle.${f} ${f === 'status' ? `${p} ${q}` : ''}`, `${where} ${(c as any).kind} ${(c as any).number} product ${p} model ${q}`);
            return false;
          }
        }
      }
      continue;
    }
    note(`answer.${key}`, `${where} product ${JSON.stringify(x)} model ${JSON.stringify(y)}`);
    return false;
  }
  return true;
}
