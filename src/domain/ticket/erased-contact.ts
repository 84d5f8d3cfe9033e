import type { Contact } from './ticket-details';

/**
 * A contact without the person: the name is replaced, and how to reach the person is gone.
 *
 * @param role what stands for the role
 */
export const erasedContact = (contact: Contact, name: string, role: string | null): Contact =>
  contact.name === name && contact.email === null && contact.phone === null && contact.role === role
    ? contact
    : { name, email: null, phone: null, role };
