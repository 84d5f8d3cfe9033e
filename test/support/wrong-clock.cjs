// Loaded before a program: its host's clock is wrong by WRONG_CLOCK_MS. The monotonic clock and
// timers are right, as on a host whose clock was never set.
const offset = Number(process.env.WRONG_CLOCK_MS);
const RightDate = Date;
const now = () => RightDate.now() + offset;

globalThis.Date = class extends RightDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now() {
    return now();
  }
};
