/** The source of "now", so that tests can move time. */

/** Returns the current time. Domain functions take the resulting `now` as an argument instead of calling a clock. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
