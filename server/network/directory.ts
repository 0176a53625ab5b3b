import type { z } from 'zod'
import type { getDirectory } from '../../protocol/api/network.ts'
import { purposesOf } from '../../protocol/purposes.ts'
import type { Deps } from '../deps.ts'
import { tillsByMerchant } from './merchants.ts'
import { approvedMerchants, organisations } from './network.store.ts'

type Directory = z.output<typeof getDirectory.answer>

/** The same for everyone who asks: where to pay, whom to call, and what a phone signs with. */
export async function directory(deps: Deps): Promise<Directory> {
  const { chainId, vouchers, acceptorAddress, graceSeconds, genesis } = deps.chain
  const [known, merchants, tills] = await Promise.all([
    organisations(deps.db),
    approvedMerchants(deps.db),
    tillsByMerchant(deps.db),
  ])
  return {
    chain: {
      chainId,
      vouchers: vouchers.toLowerCase() as typeof vouchers,
      acceptor: acceptorAddress.toLowerCase() as typeof acceptorAddress,
      graceSeconds,
      genesis,
    },
    phone: deps.config.phone,
    organisations: known,
    places: merchants.map((row) => ({
      merchant: row.id,
      name: row.name,
      purposes: purposesOf(row.purposes),
      municipality: row.municipality,
      street: row.street,
      postalCode: row.postal_code,
      latitude: row.latitude,
      longitude: row.longitude,
      tills: tills.get(row.id) ?? [],
    })),
  }
}
