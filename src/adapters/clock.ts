/** The source of "now", so that tests can move time. */

/** Tells the time. Domain functions take the resulting `now` as an argument instead of asking themselves. */
export type Clock = () => Date;

/** The machine's clock. */
export const systemClock: Clock = () => new Date();
