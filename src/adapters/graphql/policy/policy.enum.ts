import type { Weekday } from '../../../domain/calendar/business-calendar';
import type { LOWERING_APPROVALS } from '../../../domain/policy/policy';
import { describeEnum } from '../base/enums';

export const WorkaroundLowersEnum = describeEnum<'SEVERITY' | 'IMPACT'>(
  'WorkaroundLowers',
  'What a workaround must lower at a severity.',
  {
    SEVERITY: 'The workaround must lower the severity.',
    IMPACT: 'The workaround must lower the impact. The severity may stay the same.',
  },
);

export const LoweringApprovalEnum = describeEnum<(typeof LOWERING_APPROVALS)[number]>(
  'LoweringApproval',
  'Which lowerings of a severity by `reclassifyTicket` need the approval of another agent.',
  {
    OVERRIDES: 'Lowerings by an override need approval.',
    ALWAYS: 'All lowerings need approval, including those that follow from new impacts.',
    NEVER: 'No lowering needs approval.',
  },
);

export const OnLoweringEnum = describeEnum<'CARRY' | 'RESTART'>(
  'OnLowering',
  'The time from which the clocks count after the severity was lowered.',
  {
    CARRY: 'The clocks count from the start of the previous cycle.',
    RESTART: 'The clocks count from the change of severity.',
  },
);

export const BusinessDayEndEnum = describeEnum<'SAME_TIME' | 'CLOSE_OF_BUSINESS'>(
  'BusinessDayEnd',
  'The time of day at which a target in business days is due.',
  {
    SAME_TIME: 'The target is due at the local time of day at which it started.',
    CLOSE_OF_BUSINESS: 'The target is due at the last closing of the day.',
  },
);

export const WeekdayEnum = describeEnum<Weekday>('Weekday', 'A day of the week.', {
  mon: 'Monday.',
  tue: 'Tuesday.',
  wed: 'Wednesday.',
  thu: 'Thursday.',
  fri: 'Friday.',
  sat: 'Saturday.',
  sun: 'Sunday.',
});
