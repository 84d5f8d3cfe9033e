/**
 * Business time: the definition of a calendar, and the compiled calendar that computes with it.
 * `docs/DOMAIN.md` has the rules.
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
  isYearly,
  type LocalInterval,
  type PartDayHoliday,
  type Stretch,
  WEEKDAYS,
  type Weekday,
} from './definition';
