import type { Appliers } from '../chain/indexer.ts'
import { subjectOf } from '../chain/orders.ts'

/** What is final on chain about programmes and merchants. */
export const networkAppliers: Appliers = {
  async ProgrammeOpened(tx, { programme }) {
    await tx
      .updateTable('programmes')
      .set({ state: 'open' })
      .where('id', '=', programme)
      .where('state', '=', 'opening')
      .execute()
  },

  async Funded(tx, { programme, budgetCents, floatCents, guaranteeCents }, { transactionHash }) {
    await tx
      .updateTable('programmes')
      .set((row) => ({
        budget_cents: row('budget_cents', '+', budgetCents),
        float_cents: row('float_cents', '+', floatCents),
        guarantee_cents: row('guarantee_cents', '+', guaranteeCents),
      }))
      .where('id', '=', programme)
      .execute()
    const funding = /^fund:(.+)$/.exec((await subjectOf(tx, transactionHash)) ?? '')?.[1]
    if (funding === undefined) return
    await tx.updateTable('fundings').set({ state: 'final' }).where('id', '=', funding).execute()
  },

  async Defunded(tx, { programme, availableCents, floatCents, guaranteeCents }) {
    await tx
      .updateTable('programmes')
      .set((row) => ({
        budget_cents: row('budget_cents', '-', availableCents),
        float_cents: row('float_cents', '-', floatCents),
        guarantee_cents: row('guarantee_cents', '-', guaranteeCents),
      }))
      .where('id', '=', programme)
      .execute()
  },

  async MerchantRegistered(tx, { merchant }) {
    await tx
      .updateTable('merchants')
      .set({ state: 'approved' })
      .where('id', '=', merchant)
      .where('state', '=', 'proposed')
      .execute()
  },
}
