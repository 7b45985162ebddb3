/** Where "now" comes from, so that tests can move time and nothing else has to. */

/** Tells the time. Domain functions take the resulting `now` as an argument instead of asking themselves. */
export type Clock = () => Date;

/** The machine's clock. */
export const systemClock: Clock = () => new Date();
