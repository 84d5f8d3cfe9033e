// The peers of the calendar benchmark behind one interface: { add(start, minutes), between(a, b) }
// on epoch milliseconds.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ZONE = 'America/New_York';

/** `days`: one interval or null for each weekday, from Sunday. */
export const PEERS = {
  'moment-business-time'(days) {
    const moment = require('moment-timezone');
    require('moment-business-time');
    moment.updateLocale('en', {
      workinghours: Object.fromEntries(
        days.map((hours, weekday) => [weekday, hours?.map((time) => `${time}:00`) ?? null]),
      ),
      holidays: [],
    });
    return {
      add: (start, minutes) => moment.tz(start, ZONE).addWorkingTime(minutes, 'minutes').valueOf(),
      between: (a, b) => moment.tz(b, ZONE).workingDiff(moment.tz(a, ZONE), 'minutes'),
    };
  },
  'dayjs-business-time'(days) {
    const dayjs = require('dayjs');
    dayjs.extend(require('dayjs/plugin/utc'));
    dayjs.extend(require('dayjs/plugin/timezone'));
    dayjs.extend(require('dayjs-business-time'));
    const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
    dayjs.setBusinessTime(
      Object.fromEntries(
        days.map((hours, weekday) => [names[weekday], hours && [{ start: `${hours[0]}:00`, end: `${hours[1]}:00` }]]),
      ),
    );
    return {
      add: (start, minutes) => dayjs.tz(start, ZONE).addBusinessMinutes(minutes).valueOf(),
      between: (a, b) => dayjs.tz(a, ZONE).businessMinutesDiff(dayjs.tz(b, ZONE)),
    };
  },
};

export const stepdown = (days) => {
  const { compileCalendar } = require('../dist/src/domain/calendar/business-calendar.js');
  const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  const week = Object.fromEntries(days.map((hours, weekday) => [weekdays[weekday], hours === null ? [] : [hours]]));
  const calendar = compileCalendar({ timeZone: ZONE, week, holidays: [], special: {} });
  return {
    add: (start, minutes) => calendar.add(start, minutes * 60_000),
    between: (a, b) => calendar.between(a, b) / 60_000,
  };
};
