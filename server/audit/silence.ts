import type { AuditVerification } from './auditLog.ts'

const minute = 60_000
const day = 24 * 60 * minute
/** Rows are chained every few seconds, and a head is anchored daily. */
const mostWaiting = minute
const mostUnanchored = 2 * day

/**
 * What of a log that is whole has stopped, in sentences; a log that nobody writes on is as good as none. A log without any
 * anchor is young. `isAnchoredDaily`: false for a sample, which leaves quiet times out.
 */
export function silenceOf(
  { at, oldestWaitingAt, lastAnchorAt }: Pick<AuditVerification, 'at' | 'oldestWaitingAt' | 'lastAnchorAt'>,
  isAnchoredDaily: boolean,
): string[] {
  const isOlder = (moment: Date | null, most: number) => moment !== null && at.getTime() - moment.getTime() > most
  return [
    ...(isOlder(oldestWaitingAt, mostWaiting)
      ? ['rows wait for more than a minute to be chained: no worker does it']
      : []),
    ...(isAnchoredDaily && isOlder(lastAnchorAt, mostUnanchored) ? ['the last anchor is older than two days'] : []),
  ]
}
