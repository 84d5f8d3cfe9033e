import { readFileSync } from 'node:fs';
import { Document, parseDocument } from 'yaml';

/** Settings that no policy file has: by name, the path of each value in the document. */
const VARIANTS: Readonly<Record<string, readonly (readonly [path: string, value: unknown])[]>> = {
  restart: [['onLowering', 'restart']],
  closeOfBusiness: [['businessDayEnd', 'closeOfBusiness']],
  approvalAlways: [['loweringApproval', 'always']],
  approvalNever: [['loweringApproval', 'never']],
  everyWaitPauses: [
    ['pauses.CLIENT', ['RESPONSE', 'UPDATE', 'RESOLUTION']],
    ['pauses.THIRD_PARTY', ['RESOLUTION']],
    ['pauses.OTHER_TICKET', ['UPDATE']],
  ],
  ladder: [
    [
      'marks',
      [
        { name: 'atRisk', at: 0.5 },
        { name: 'nearlyDue', at: 0.9 },
        { name: 'escalate', at: 1.25 },
      ],
    ],
  ],
  // SEV1 promises no resolution, SEV3 no response, SEV4 neither an update nor a resolution.
  absent: [
    ['severities.0.targets.RESOLUTION', undefined],
    ['severities.2.targets.RESPONSE', undefined],
    ['severities.3.targets.UPDATE', undefined],
    ['severities.3.targets.RESOLUTION', undefined],
  ],
  // A break at noon, a night shift over the changes of the clock, and days with other hours.
  oddHours: [
    ['calendars.business.week.mon', ['08:00-12:00', '13:00-17:30']],
    ['calendars.business.week.wed', ['10:00-14:00']],
    ['calendars.business.week.sat', ['22:00-24:00']],
    ['calendars.business.week.sun', ['00:00-03:30']],
    ['calendars.business.holidays.plus', ['2026-03-10', { date: '2026-12-24', from: '12:00', name: 'Christmas Eve' }]],
    ['calendars.business.holidays.minus', ['2026-11-26']],
    ['calendars.business.special', { '12-31': ['08:00-12:00'], '2026-07-03': ['09:00-10:00'] }],
  ],
  // Some due instants cannot be known. The service does not publish such a policy.
  shortHorizon: [['calendars.business.holidays.horizon', { from: 2000, to: 2026 }]],
};

export const VARIANT_NAMES = Object.keys(VARIANTS);

/** `policies/cimcloud.yaml` with other settings, in YAML that the product reads too. */
export function policyVariant(name: string): string {
  const document: Document = parseDocument(readFileSync('policies/cimcloud.yaml', 'utf8'));
  for (const [path, value] of VARIANTS[name] ?? []) {
    const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    if (value === undefined) document.deleteIn(keys);
    else document.setIn(keys, document.createNode(value));
  }
  return document.toString();
}
