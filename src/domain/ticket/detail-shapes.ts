import { listOf, meaning, nullable, objectOf, orAbsent, TEXT } from '../shape';
import { REPORTER, type TextMeaning, TICKET_TAG, WEB_ADDRESS, WRITTEN } from './text-meanings';
import type { Contact } from './ticket-details';

export const CONTACTS_SHAPE = listOf(
  meaning(
    'CONTACT' satisfies TextMeaning,
    objectOf<Contact>({ name: TEXT, email: nullable(TEXT), phone: nullable(TEXT), role: nullable(TEXT) }),
  ),
);

/** Of details that an event can have. */
export const DETAIL_SHAPES = {
  subject: orAbsent(WRITTEN),
  description: orAbsent(nullable(WRITTEN)),
  reporter: orAbsent(nullable(REPORTER)),
  externalUrl: orAbsent(nullable(WEB_ADDRESS)),
  tags: orAbsent(listOf(TICKET_TAG)),
  contacts: orAbsent(CONTACTS_SHAPE),
};
