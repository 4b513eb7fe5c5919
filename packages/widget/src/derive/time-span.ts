/** From one moment to before another; milliseconds since the Unix epoch. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}
