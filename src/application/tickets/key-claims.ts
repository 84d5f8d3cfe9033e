import type { EpochMs } from '../../domain/instant';
import type { Ticket } from '../../domain/ticket/ticket';
import { actorKey, type Idempotency } from '../ports/idempotency';
import type { FirstAnswer, KeyAnswer, KeyClaim, TicketTransaction } from '../ports/ticket-store';
import { sees } from '../visibility';
import type { Change, Changed } from './change';
import { type ChangeRequest, notFound, refusal } from './decide-changes';

/** The state of a change's key: none, new, used by an earlier change of the set, or answered. */
export type Claim = 'NO_KEY' | 'NEW' | { readonly sameAs: number } | FirstAnswer;

/** Whether the change is to be decided: it has no key, or it is the first with its key. */
export const mayDecide = (claim: Claim | undefined): boolean => claim === 'NO_KEY' || claim === 'NEW';

/** Claims the keys of a set. If several changes have the same key, the first one claims it. */
export async function claimKeysOf(
  tx: Pick<TicketTransaction, 'claimKeys'>,
  requests: readonly ChangeRequest[],
  now: EpochMs,
): Promise<readonly Claim[]> {
  const firsts = new Map<string, number>();
  const claims: Claim[] = requests.map(({ change, refused }, index) => {
    const { idempotency, actor } = change;
    if (idempotency === null || refused !== null) return 'NO_KEY';
    const name = JSON.stringify([actorKey(actor), idempotency.key]);
    const sameAs = firsts.get(name);
    if (sameAs !== undefined) return { sameAs };
    firsts.set(name, index);
    return 'NEW';
  });
  if (firsts.size === 0) return claims;
  const places = [...firsts.values()];
  const keyed = places.flatMap((index) => {
    const change = requests[index]?.change;
    return change?.idempotency == null ? [] : [keyClaimOf(change, change.idempotency)];
  });
  const answers = await tx.claimKeys(keyed, now);
  for (const [at, index] of places.entries()) claims[index] = answers[at] ?? 'NEW';
  return claims;
}

const keyClaimOf = ({ actor, ticketId }: Change, idempotency: Idempotency): KeyClaim => ({
  caller: actorKey(actor),
  ...idempotency,
  ticketId,
});

/** The answer to a change, in the form that is stored with its key. */
export const keyAnswerOf = (
  change: Change,
  idempotency: Idempotency,
  { ticket, refused, refusals }: Changed<Ticket>,
): KeyAnswer => ({
  ...keyClaimOf(change, idempotency),
  version: ticket?.version ?? null,
  refused,
  refusals,
});

/** The answers to store, and the claims to release because their changes met a fault. */
export function answersToKeep(
  requests: readonly ChangeRequest[],
  claims: readonly Claim[],
  outcomes: readonly PromiseSettledResult<Changed<Ticket>>[],
): { readonly answers: readonly KeyAnswer[]; readonly unanswered: readonly KeyClaim[] } {
  const answers: KeyAnswer[] = [];
  const unanswered: KeyClaim[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const change = requests[index]?.change;
    if (claims[index] !== 'NEW' || change === undefined || change.idempotency === null) continue;
    if (outcome.status === 'fulfilled') {
      answers.push(keyAnswerOf(change, change.idempotency, outcome.value));
    } else {
      unanswered.push(keyClaimOf(change, change.idempotency));
    }
  }
  return { answers, unanswered };
}

/**
 * The answers of a set in the order of its changes: those decided now, and stored ones.
 *
 * @param decided the outcomes of the changes that `mayDecide`, in order
 */
export function answerInOrder(
  requests: readonly ChangeRequest[],
  claims: readonly Claim[],
  decided: readonly PromiseSettledResult<Changed>[],
): readonly PromiseSettledResult<Changed>[] {
  const rest = decided.values();
  const answers: PromiseSettledResult<Changed>[] = [];
  for (const [index, { change }] of requests.entries()) {
    const claim = claims[index];
    if (typeof claim === 'object') {
      answers.push(
        'sameAs' in claim
          ? repeated(change, requests[claim.sameAs]?.change, answers[claim.sameAs])
          : { status: 'fulfilled', value: replayed(change, claim) },
      );
      continue;
    }
    const { value } = rest.next();
    if (value === undefined) throw new Error(`Change ${index} of ${requests.length} was not decided`);
    answers.push(value);
  }
  return answers;
}

/**
 * The first answer to a repeated request. A ticket that the caller may no longer see is not found.
 */
function replayed(change: Change, { fingerprint, hadTicket, ticket, refused, refusals }: FirstAnswer): Changed {
  if (change.idempotency?.fingerprint !== fingerprint) return keyReused(change);
  if (hadTicket && (ticket === null || !sees(change, ticket.clientId))) {
    return { ...refusal(notFound('Ticket', change.ticketId)), replayed: true };
  }
  return { ticket, refused, refusals, replayed: true };
}

/** The answer to a change that has the same key as an earlier change of the set. */
function repeated(
  change: Change,
  first: Change | undefined,
  answer: PromiseSettledResult<Changed> | undefined,
): PromiseSettledResult<Changed> {
  if (answer === undefined) throw new Error('A repeated key comes before its first use');
  const isSame = first?.idempotency?.fingerprint === change.idempotency?.fingerprint;
  if (!isSame) return { status: 'fulfilled', value: keyReused(change) };
  return answer.status === 'rejected' ? answer : { ...answer, value: { ...answer.value, replayed: true } };
}

const keyReused = ({ idempotency }: Change): Changed =>
  refusal({ code: 'IdempotencyKeyReused', key: idempotency?.key ?? '' });
