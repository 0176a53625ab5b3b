import type { uploadStock } from '../../../protocol/api/wallet.ts'
import { holdersOf, type Keys } from '../keys/derive.ts'
import { callAs } from './session.ts'
import { walletDb } from './walletStore.ts'

/** So many addresses wait at the server for change and new notes: enough for weeks without contact. */
export const stockSize = 60

/** Derives the next addresses and remembers them before anybody else knows them. */
export async function makeHolders(keys: Keys, from: number, count: number) {
  const addresses = holdersOf(keys, from, count)
  const db = await walletDb()
  const write = db.transaction('holders', 'readwrite', { durability: 'strict' })
  addresses.forEach((address, step) => {
    void write.store.put(from + step, address)
  })
  await write.done
  return addresses
}

/** Fills the stock up to its size. Throws Refused. */
export async function refillStock(keys: Keys, stock: { left: number; next: number }): Promise<boolean> {
  const missing = stockSize - stock.left
  if (missing <= 0) return false
  const addresses = await makeHolders(keys, stock.next, missing)
  await callAs<typeof uploadStock>('wallet', 'post', '/api/wallet/stock', {
    body: { from: stock.next, addresses },
  })
  return true
}
