import { Gauge, type Registry } from 'prom-client'

export type Gauges = ReturnType<typeof createGauges>
type Labels = Record<string, string>

/** What is read from database and chain whenever somebody asks. A figure that cannot be read is absent, never old. */
export function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) => {
    const made = new Gauge({ name: `kipina_${name}`, help, labelNames, registers: [registry] })
    /** All of its values at once; without any, it is absent. */
    return (values: readonly (readonly [Labels, number])[] | number | null) => {
      made.reset()
      if (typeof values === 'number') return made.set(values)
      if (labelNames.length === 0) return made.remove()
      for (const [labels, value] of values ?? []) made.set(labels, value)
    }
  }
  return {
    databaseUp: gauge('database_up', '1 while the database answers this process'),
    databaseConnections: gauge('database_connections', 'Connections of the pool, and who waits for one', ['state']),
    outboxOrders: gauge('outbox_orders', 'Calls ordered and not final, by lane and state', ['lane', 'state']),
    outboxOldest: gauge('outbox_oldest_seconds', 'Age of the oldest call of a lane that is not final', ['lane']),
    acceptancesUnfinal: gauge('acceptances_unfinal', 'Accepted and not final on chain, by state', ['state']),
    acceptancesOldestDue: gauge(
      'acceptances_oldest_due_seconds',
      'Since when the longest due one with a sheet should be posted',
    ),
    guaranteeUsed: gauge('guarantee_used_ratio', 'Of the programme whose guarantee is nearest to its end'),
    postStage: gauge('post_stage_seconds', 'How long the evening post has been in its stage; 0 in the others', [
      'stage',
    ]),
    postStarted: gauge('post_started_seconds', 'Since the evening post last began'),
    auditOldestWaiting: gauge('audit_oldest_waiting_seconds', 'Age of the oldest row of the log that is not chained'),
    reconcileDifferences: gauge('reconcile_differences', 'Differences found by the last reconciliation'),
    reconcileOffCents: gauge('reconcile_off_cents', 'By how many cents together they are off'),
    reconcileAge: gauge('reconcile_age_seconds', 'Since the last reconciliation'),
    chainUp: gauge('chain_up', '1 while the node answers this process'),
    registryFollowed: gauge('registry_followed', '1 while the merchant registry tells our vouchers what changes'),
    finalizedLag: gauge('chain_finalized_lag_blocks', 'Blocks from the finalized one to the latest'),
    finalizedAge: gauge('chain_finalized_age_seconds', 'Age of the finalized block'),
    indexerLag: gauge('indexer_lag_blocks', 'Finalized blocks that are not read yet'),
    feeToMost: gauge('gas_fee_to_most_ratio', 'What gas costs now to the most that is ever paid, MOST_FEE_GWEI'),
    laneBalance: gauge('lane_balance', 'What a lane has for gas, in whole coins of the network', ['lane']),
    laneUses: gauge('lane_balance_uses', 'Calls, as dear as the dearest of its last 20, that it can pay', ['lane']),
    laneDays: gauge('lane_balance_days', 'Days like those of the last two weeks that it can pay', ['lane']),
  }
}
