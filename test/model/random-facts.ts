import { impactsRefusal, severityOf } from './classify';
import type { Contact, Details, Impact } from './history';
import { type Policy, rank } from './policy';
import type { Choice } from './random-choice';

/** One or two impacts that the policy can classify, of every severity as often. */
export function randomImpacts(policy: Policy, choice: Choice): Impact[] {
  const severity = choice.maybeOf(policy.severities) ?? '';
  const pairs = validPairs(policy).filter((pair) => severityOf(policy, [pair]) === severity);
  const first = choice.maybeOf(pairs);
  const second = choice.percent(25) ? choice.maybeOf(validPairs(policy)) : undefined;
  return [first, second].flatMap((pair) => pair ?? []);
}

/** Mostly impacts of a lower severity than the present one. */
export function randomResidual(policy: Policy, choice: Choice, severity: string): Impact[] {
  const lower = validPairs(policy).filter((pair) => rank(policy, severityOf(policy, [pair])) > rank(policy, severity));
  const pair = choice.percent(75) ? choice.maybeOf(lower) : undefined;
  return pair === undefined ? randomImpacts(policy, choice) : [pair];
}

/** No impacts, a code that the policy does not have, or a contradiction beside a valid pair. */
export function absurdImpacts(policy: Policy, choice: Choice): Impact[] {
  if (choice.percent(15)) return [];
  const valid = choice.maybeOf(validPairs(policy)) ?? { audience: '', consequence: '' };
  if (choice.percent(30)) return [{ ...valid, audience: 'NEIGHBOURS' }];
  return [valid, choice.maybeOf(contradictions(policy)) ?? valid];
}

function validPairs(policy: Policy): Impact[] {
  return allPairs(policy).filter((pair) => impactsRefusal(policy, [pair]) === undefined);
}

function contradictions(policy: Policy): Impact[] {
  return allPairs(policy).filter((pair) => impactsRefusal(policy, [pair]) !== undefined);
}

function allPairs({ audiences, consequences }: Policy): Impact[] {
  return audiences.flatMap((audience) => consequences.map((consequence) => ({ audience, consequence })));
}

export function randomDetails(choice: Choice): Details {
  return {
    subject: randomSubject(choice),
    description: 'The checkout shows an error.',
    tags: randomTags(choice),
    reporter: choice.percent(50) ? 'Rita' : null,
    contacts: randomContacts(choice),
    externalUrl: null,
  };
}

/** Some fields of a ticket, at least one. */
export function randomChanges(choice: Choice): Partial<Details> {
  const all: Details = {
    ...randomDetails(choice),
    description: 'It has got worse.',
    externalUrl: 'https://erp.test/7',
  };
  if (choice.percent(40)) return { tags: all.tags };
  const fields = (['subject', 'description', 'tags', 'reporter', 'contacts', 'externalUrl'] as const).filter(() =>
    choice.percent(40),
  );
  return fields.length === 0
    ? { subject: all.subject }
    : Object.fromEntries(fields.map((field) => [field, all[field]]));
}

function randomSubject(choice: Choice): string {
  return choice.of(['Checkout fails', 'Prices are wrong', 'A question', 'The ERP gets no orders']);
}

function randomTags(choice: Choice): string[] {
  return ['erp', 'checkout', 'slow'].filter(() => choice.percent(40));
}

function randomContacts(choice: Choice): Contact[] {
  const email = choice.percent(70) ? 'rita@shop.test' : null;
  const rita = { name: 'Rita', email, phone: '864-272-4000', role: 'buyer' };
  const sam = { name: 'Sam', email: 'sam@shop.test', phone: null, role: null };
  return [rita, sam].filter(() => choice.percent(50));
}
