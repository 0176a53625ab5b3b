import type { Appliers } from '../chain/indexer.ts'
import { logAccess } from '../people/people.ts'

/** Who may do what on chain, and what was stopped there, comes from keys outside this server: written down once it is final. */
export const auditAppliers: Appliers = {
  async RoleGranted(tx, { role, account, sender }, { transactionHash }) {
    await logAccess(tx, { actor: 'chain', id: sender }, 'gave role', account, { role, transaction: transactionHash })
  },
  async RoleRevoked(tx, { role, account, sender }, { transactionHash }) {
    await logAccess(tx, { actor: 'chain', id: sender }, 'took role', account, { role, transaction: transactionHash })
  },
  async Paused(tx, { account }, { transactionHash }) {
    await logAccess(tx, { actor: 'chain', id: account }, 'paused', '', { transaction: transactionHash })
  },
  async Unpaused(tx, { account }, { transactionHash }) {
    await logAccess(tx, { actor: 'chain', id: account }, 'ended pause', '', { transaction: transactionHash })
  },
}
