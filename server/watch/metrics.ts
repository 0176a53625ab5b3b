import { Counter, Histogram, Registry } from 'prom-client'
import { refusals } from '../../protocol/refusals.ts'

export type Metrics = ReturnType<typeof createMetrics>

/**
 * What this process counts as it happens; `gauges.ts` has what is read when somebody asks.
 *
 * No label holds an id, a name or an amount of one person: each is one of a few words that this code itself has.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counted = {
    registry,
    acceptances: new Counter({
      name: 'kipina_acceptances_total',
      help: 'Payments answered with a receipt, by how they were asked for; a repeat is one that had it before',
      labelNames: ['kind', 'repeat'] as const,
      registers,
    }),
    refusals: new Counter({
      name: 'kipina_refusals_total',
      help: 'Requests refused, by the word of the refusal',
      labelNames: ['word'] as const,
      registers,
    }),
    requests: new Histogram({
      name: 'kipina_http_request_seconds',
      help: 'From a request to the end of its answer, by the template of its path',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    logLines: new Counter({
      name: 'kipina_log_lines_total',
      help: 'Lines of the log that ask for attention, by their level',
      labelNames: ['level'] as const,
      registers,
    }),
  }
  // What never happened is told as none: an alarm on its rise then sees the first one.
  for (const word of Object.keys(refusals)) counted.refusals.inc({ word }, 0)
  for (const kind of ['shown', 'typed', 'ahead']) counted.acceptances.inc({ kind, repeat: 'no' }, 0)
  for (const level of ['warn', 'error', 'fatal']) counted.logLines.inc({ level }, 0)
  return counted
}
