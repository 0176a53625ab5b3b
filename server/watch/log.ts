import { type DestinationStream, type Level, type Logger, pino } from 'pino'
import { safeWords } from '../db/safeWords.ts'
import type { Metrics } from './metrics.ts'

const counted: ReadonlySet<string> = new Set(['warn', 'error', 'fatal'])

/**
 * The log: one line of JSON each on the standard output. An error that is handed to it whole is told in safe words, and what
 * a request brought with it is left out, wherever somebody forgets to.
 */
export function openLog(level: Level | 'silent', metrics: Metrics | null = null, to?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: safeWords, error: safeWords, req: () => undefined, res: () => undefined },
    redact: { paths: ['headers', 'cookie', 'authorization', 'body', 'query', 'params'], remove: true },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn, number: number) {
        const name = pino.levels.labels[number] ?? ''
        if (counted.has(name)) metrics?.logLines.inc({ level: name })
        // Alone, an error would be told by its message, and a database's may quote a row.
        const [first, words] = args as [unknown, unknown]
        if (first instanceof Error) method.apply(this, [safeWords(first), typeof words === 'string' ? words : 'error'])
        else method.apply(this, args)
      },
    },
  }
  return to === undefined ? pino(options) : pino(options, to)
}
