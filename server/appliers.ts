import { auditAppliers } from './audit/audit.applied.ts'
import type { Appliers } from './chain/indexer.ts'
import { networkAppliers } from './network/network.applied.ts'
import { postAppliers } from './post/post.applied.ts'
import { settlementsAppliers } from './settlements/settlements.applied.ts'

/** What each step does when an event is final on chain; each event is one step's. */
export const appliers: Appliers = { ...networkAppliers, ...postAppliers, ...settlementsAppliers, ...auditAppliers }
