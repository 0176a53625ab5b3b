import type { AcceptancesTables } from './tables/acceptances.ts'
import type { AuditTables } from './tables/audit.ts'
import type { ChainTables } from './tables/chain.ts'
import type { NetworkTables } from './tables/network.ts'
import type { PeopleTables } from './tables/people.ts'
import type { PostTables } from './tables/post.ts'
import type { SettlementsTables } from './tables/settlements.ts'
import type { VouchersTables } from './tables/vouchers.ts'

export type { Acceptances, Charges, Payments } from './tables/acceptances.ts'
export type { Words } from './tables/columns.ts'
export type { Fundings, Merchants, Programmes } from './tables/network.ts'
export type { Cases, Decisions, Needs } from './tables/people.ts'
export type { PostStateTable } from './tables/post.ts'
export type { SettlementLines, Settlements } from './tables/settlements.ts'
export type { Entries, NoteState, Notes, Sheets } from './tables/vouchers.ts'

/** Every table of `migrations/`, column for column; test/server/db holds the two together. */
export interface Tables
  extends PeopleTables,
    NetworkTables,
    VouchersTables,
    AcceptancesTables,
    ChainTables,
    SettlementsTables,
    PostTables,
    AuditTables {}
