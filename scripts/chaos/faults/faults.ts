import { duplicates } from './duplicates.ts'
import type { Fault } from './fault.ts'
import { apiKilled, databaseKilled, databaseStopped, workerKilled } from './killed.ts'
import { rpcFaults } from './node.ts'
import { reorg } from './reorg.ts'
import { staleHead } from './staleHead.ts'

/** Every kind. */
export const faults: readonly Fault[] = [
  apiKilled,
  workerKilled,
  databaseStopped,
  databaseKilled,
  ...rpcFaults,
  staleHead,
  reorg,
  duplicates,
]
