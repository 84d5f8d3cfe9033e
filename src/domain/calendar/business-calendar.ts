/**
 * Business time: a calendar as data, and the compiled calendar that answers questions about it.
 * The rules are docs/DOMAIN.md's; how they are computed is in `calendar/`.
 */
export {
  answerOrNull,
  CALENDAR_ERROR_CODES,
  CalendarError,
  type CalendarErrorCode,
  isUnanswerable,
} from './calendar-error';
export { compileCalendar } from './compile-calendar';
export {
  type BusinessCalendar,
  type CalendarDefinition,
  type LocalInterval,
  type Stretch,
  WEEKDAYS,
  type Weekday,
} from './definition';
