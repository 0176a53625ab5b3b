import { receiptFaults } from './ahead.ts'
import { givenUp, outboxAfterCash } from './cash.ts'
import { clockSkew } from './clock.ts'
import { diskFull } from './disk.ts'
import { duplicates } from './duplicates.ts'
import { expiryWithChainDown, pauseBeforePost, reorgBetweenStages } from './evening.ts'
import type { Fault } from './fault.ts'
import { guaranteeExhausted } from './guarantee.ts'
import { apiKilled, databaseKilled, databaseStopped, embeddedChainKilled, workerKilled } from './killed.ts'
import { laneFaults } from './lanes.ts'
import { migrationUnderLoad } from './migration.ts'
import { rpcFaults } from './node.ts'
import { overspend } from './overspend.ts'
import { reorg } from './reorg.ts'
import { revocationRace } from './revocation.ts'
import { staleHead } from './staleHead.ts'
import { undoRacingPost } from './undoRace.ts'
import { uploadFaults } from './uploads.ts'

/** Every kind. */
export const faults: readonly Fault[] = [
  apiKilled,
  workerKilled,
  databaseStopped,
  databaseKilled,
  embeddedChainKilled,
  diskFull,
  migrationUnderLoad,
  clockSkew,
  ...laneFaults,
  ...rpcFaults,
  staleHead,
  reorg,
  reorgBetweenStages,
  expiryWithChainDown,
  pauseBeforePost,
  duplicates,
  overspend,
  outboxAfterCash,
  givenUp,
  undoRacingPost,
  revocationRace,
  guaranteeExhausted,
  ...uploadFaults,
  ...receiptFaults,
]
