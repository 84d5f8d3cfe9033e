import type { CommandType } from '../../domain/ticket/commands';
import type { Refusal } from '../../domain/ticket/refusals';
import { type ApiScope, Forbidden, type PersonRole, type Rights } from './rights';

/** Who may use a root field of the API. An administrator may use every field. */
export interface Permission {
  readonly client: boolean;
  readonly agent: boolean;
  /** The scope that a service needs; ANY for every service. */
  readonly service: ApiScope | 'ANY';
  /** What the field does less for the role CLIENT, as a sentence. */
  readonly clientMay?: string;
  /** Whether the schema may lack the field. */
  readonly optional?: boolean;
}

const EVERYONE: Permission = { client: true, agent: true, service: 'ANY' };
const READERS: Permission = { client: true, agent: true, service: 'READ' };
const SUBSCRIBERS: Permission = { client: true, agent: true, service: 'SUBSCRIBE' };
const SUBMITTERS: Permission = { client: true, agent: true, service: 'WRITE' };
const AGENTS: Permission = { client: false, agent: true, service: 'WRITE' };
const READING_AGENTS: Permission = { client: false, agent: true, service: 'READ' };
const WEBHOOK_KEEPERS: Permission = { client: false, agent: false, service: 'WEBHOOKS' };
const ADMINS: Permission = { client: false, agent: false, service: 'ADMIN' };

const NO_OCCURRENCE = 'A caller of the role `CLIENT` cannot set `occurredAt`.';

/**
 * Who may use which root field: the only place that says it. The schema is not built if a root
 * field has no row, and the descriptions of the fields and docs/ACCESS.md are printed from here.
 *
 * A row says nothing about whose tickets: every caller sees only the tickets of its clients.
 */
export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  'Query._entities': READERS,
  'Query._service': { ...EVERYONE, optional: true },
  'Query.viewer': EVERYONE,
  'Query.lifecycle': EVERYONE,
  'Query.agents': READING_AGENTS,
  'Query.apiKeys': ADMINS,
  'Query.auditEvents': ADMINS,
  'Query.calendar': READERS,
  'Query.classify': READERS,
  'Query.client': READERS,
  'Query.clients': READERS,
  'Query.deadlines': READERS,
  'Query.events': READERS,
  'Query.node': READERS,
  'Query.nodes': READERS,
  'Query.policies': READERS,
  'Query.policy': READERS,
  'Query.simulate': READING_AGENTS,
  'Query.slaReport': READERS,
  'Query.ticket': READERS,
  'Query.tickets': READERS,
  'Query.workList': READING_AGENTS,
  'Query.deliveries': WEBHOOK_KEEPERS,
  'Query.webhook': WEBHOOK_KEEPERS,
  'Query.webhooks': WEBHOOK_KEEPERS,

  'Mutation.submitTicket': {
    ...SUBMITTERS,
    clientMay: `A caller of the role \`CLIENT\` cannot set an assignee. ${NO_OCCURRENCE}`,
  },
  'Mutation.communicate': {
    ...SUBMITTERS,
    clientMay: `A caller of the role \`CLIENT\` can record inbound messages only. ${NO_OCCURRENCE}`,
  },
  'Mutation.closeTicket': { ...SUBMITTERS, clientMay: NO_OCCURRENCE },
  'Mutation.reopenTicket': { ...SUBMITTERS, clientMay: NO_OCCURRENCE },
  'Mutation.acknowledgeTicket': AGENTS,
  'Mutation.addNote': AGENTS,
  'Mutation.applyWorkaround': AGENTS,
  'Mutation.approveOverride': AGENTS,
  'Mutation.assignTicket': AGENTS,
  'Mutation.reclassifyTicket': AGENTS,
  'Mutation.recordCall': AGENTS,
  'Mutation.rejectOverride': AGENTS,
  'Mutation.resolveTicket': AGENTS,
  'Mutation.startWaiting': AGENTS,
  'Mutation.stopWaiting': AGENTS,
  'Mutation.updateTicket': AGENTS,
  'Mutation.waiveBreach': AGENTS,
  'Mutation.approveWaiver': AGENTS,
  'Mutation.rejectWaiver': AGENTS,
  'Mutation.withdrawWorkaround': AGENTS,
  'Mutation.createApiKey': ADMINS,
  'Mutation.createClient': ADMINS,
  'Mutation.publishPolicy': ADMINS,
  'Mutation.revokeApiKey': ADMINS,
  'Mutation.setAgentActive': ADMINS,
  'Mutation.setClientTerms': ADMINS,
  'Mutation.createWebhook': WEBHOOK_KEEPERS,
  'Mutation.deleteWebhook': WEBHOOK_KEEPERS,
  'Mutation.replayWebhook': WEBHOOK_KEEPERS,
  'Mutation.rotateWebhookSecret': WEBHOOK_KEEPERS,
  'Mutation.testWebhook': WEBHOOK_KEEPERS,
  'Mutation.updateWebhook': WEBHOOK_KEEPERS,

  'Subscription.commitmentBreached': SUBSCRIBERS,
  'Subscription.deadlineApproaching': SUBSCRIBERS,
  'Subscription.severityChanged': SUBSCRIBERS,
  'Subscription.ticketEvents': SUBSCRIBERS,
};

/** Whether the rights suffice. */
export function permits({ client, agent, service }: Permission, { role, scopes }: Rights): boolean {
  switch (role) {
    case 'ADMIN':
      return true;
    case 'CLIENT':
      return client;
    case 'AGENT':
      return agent;
    case 'SERVICE':
      return service === 'ANY' || scopes.includes(service) || scopes.includes('ADMIN');
  }
}

/** Whether the rights suffice for what a root field shows. */
export function mayUse(field: string, rights: Rights): boolean {
  const permission = PERMISSIONS[field];
  if (permission === undefined) throw new Error(`${field} has no row`);
  return permits(permission, rights);
}

/** The mutation of each command of a ticket. */
export const MUTATION_OF: Readonly<Record<CommandType, string>> = {
  acknowledge: 'Mutation.acknowledgeTicket',
  reclassify: 'Mutation.reclassifyTicket',
  approveOverride: 'Mutation.approveOverride',
  rejectOverride: 'Mutation.rejectOverride',
  applyWorkaround: 'Mutation.applyWorkaround',
  withdrawWorkaround: 'Mutation.withdrawWorkaround',
  startWaiting: 'Mutation.startWaiting',
  stopWaiting: 'Mutation.stopWaiting',
  communicate: 'Mutation.communicate',
  recordCall: 'Mutation.recordCall',
  addNote: 'Mutation.addNote',
  updateTicket: 'Mutation.updateTicket',
  resolve: 'Mutation.resolveTicket',
  reopen: 'Mutation.reopenTicket',
  close: 'Mutation.closeTicket',
  assign: 'Mutation.assignTicket',
  waiveBreach: 'Mutation.waiveBreach',
  approveWaiver: 'Mutation.approveWaiver',
  rejectWaiver: 'Mutation.rejectWaiver',
};

/** Why the rights do not suffice for a command of a ticket; null if they do. */
export function barrierToCommand(command: CommandType, rights: Rights): string | null {
  const field = MUTATION_OF[command];
  const permission = PERMISSIONS[field] as Permission;
  return permits(permission, rights) ? null : forbiddenField(field, permission, rights).message;
}

/** A refusal that names, of the commands that the ticket accepts, those that the rights allow. */
export const refusalFor = (refusal: Refusal, rights: Rights): Refusal =>
  refusal.code === 'IllegalTransition'
    ? { ...refusal, allowed: refusal.allowed.filter((command) => barrierToCommand(command, rights) === null) }
    : refusal;

/** The error of a caller whose rights do not suffice. */
export function forbiddenField(field: string, permission: Permission, { role }: Rights): Forbidden {
  const name = field.slice(field.indexOf('.') + 1);
  if (role === 'SERVICE') {
    return new Forbidden(`The API key does not have the scope ${permission.service}, which ${name} needs.`);
  }
  const roles = rolesOf(permission).join(' or ');
  return new Forbidden(`The role ${role} may not use ${name}; it is for the role ${roles}.`);
}

/** The roles of people that may use a field. */
export const rolesOf = ({ client, agent }: Permission): readonly PersonRole[] => [
  ...(client ? (['CLIENT'] as const) : []),
  ...(agent ? (['AGENT'] as const) : []),
  'ADMIN',
];

/** Who may use a field, as a sentence for its description. */
export function accessSentence(permission: Permission): string {
  const { client, agent, service, clientMay } = permission;
  if (client && agent && service === 'ANY') return 'Every caller may use it.';
  const roles = rolesOf(permission).map((role) => `\`${role}\``);
  const keys = service === 'ANY' ? 'any API key' : `API keys with the scope \`${service}\``;
  const who = `For the role${roles.length > 1 ? 's' : ''} ${roles.join(', ')}, and for ${keys}.`;
  return clientMay === undefined ? who : `${who} ${clientMay}`;
}
