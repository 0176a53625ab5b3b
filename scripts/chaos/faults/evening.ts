import { createPublicClient, createWalletClient, http } from 'viem'
import { vouchersAbi } from '../../../protocol/abi/vouchers.ts'
import { getPost, runPost } from '../../../protocol/api/audit.ts'
import { pause, waitFor } from '../../walkthrough/parallel.ts'
import { finalityDepth } from '../network.ts'
import { patiently, surely } from '../patience.ts'
import { buy, isGreen } from '../paying.ts'
import { type Fault, isOutside, outsideOf, type Run } from './fault.ts'

/** The chain takes back all that is not final, just as an evening goes from one stage to the next. */
export const reorgBetweenStages: Fault = {
  name: 'reorgBetweenStages',
  lane: 'chain',
  may: isOutside,
  seconds: 15,
  async inject(run, chance) {
    const { officer } = run.town.staff
    const stage = async () => (await surely(() => officer.call(getPost))).stage
    const asked = patiently(() => officer.call(runPost, { body: { sheets: 'now' } }))
    const until = Date.now() + 15_000
    let before = await stage()
    let hasChanged = false
    while (!hasChanged && Date.now() < until) {
      const now = await stage()
      hasChanged = now !== before && (now === 'releases' || now === 'sheets')
      before = now
    }
    const { dropped } = hasChanged
      ? await outsideOf(run).network.reorg(finalityDepth, chance.between(1, 1_000_000))
      : { dropped: 0 }
    await asked
    return dropped > 0
  },
}

/** Vouchers end while no node answers. What was green before stays so, and afterwards nothing is. */
export const expiryWithChainDown: Fault = {
  name: 'expiryWithChainDown',
  lane: 'chain',
  may: isOutside,
  seconds: 12,
  async inject(run, chance) {
    const { town, broken } = run
    return await outsideOf(run).rpc.misbehave(
      async () => 'cut',
      async () => {
        const validUntil = new Date(Date.now() + 6000)
        const customer = await town.customer({ cents: 4000n, validUntil })
        const pay = async () => {
          const wish = { customer, till: chance.oneOf(town.tills), cents: BigInt(chance.between(50, 400)) }
          // A server whose clock is off knows no better.
          const areOnTime = () => run.apis.every(({ flags }) => flags.length === 0)
          const wereOnTime = areOnTime()
          const outcome = await buy(town, { ...wish, way: 'till sends' })
          return { outcome, isInTime: Date.now() < validUntil.getTime(), areOnTime: wereOnTime && areOnTime() }
        }
        await pause(validUntil.getTime() - Date.now() - 2000)
        const before = [await pay(), ...(await Promise.all([pay(), pay()]))]
        for (const { outcome, isInTime, areOnTime } of before) {
          const isRight = isGreen(outcome) || !isInTime || !areOnTime
          broken.must(isRight, `A voucher that had not ended was refused while no node answered: ${outcome}`)
        }
        await pause(validUntil.getTime() - Date.now() + 500)
        const after = await pay()
        broken.must(!isGreen(after.outcome) || !after.areOnTime, 'A voucher that had ended was accepted')
        return before.some(({ outcome }) => isGreen(outcome))
      },
    )
  },
}

/** The guardian stops the contract after the green light and before the post; the admin lets it go on. */
export const pauseBeforePost: Fault = {
  name: 'pauseBetweenGreenAndPost',
  lane: 'chain',
  may: isOutside,
  seconds: 8,
  async inject(run, chance) {
    const { officer } = run.town.staff
    await orderUntil(run, true)
    const post = patiently(() => officer.call(runPost, { body: { sheets: 'now' } }))
    await pause(chance.between(1000, 3000))
    await orderUntil(run, false)
    await post
  },
}

/** A pause that a reorganisation took back would be none, and an end of it that was taken back would last for ever. */
async function orderUntil(run: Run, isPaused: boolean): Promise<void> {
  const { network, keys } = outsideOf(run)
  const client = createPublicClient({ transport: http(network.url), cacheTime: 0 })
  const account = isPaused ? keys.guardian : keys.admin
  await network.setBalance(account.address, 10n ** 27n)
  const wallet = createWalletClient({ account, transport: http(network.url), cacheTime: 0 })
  const at = { address: run.town.facts.vouchers, abi: vouchersAbi } as const
  const isSo = async (blockTag: 'latest' | 'finalized') =>
    (await client.readContract({ ...at, functionName: 'paused', blockTag })) === isPaused
  // However long a busy machine takes: a pause that were left behind would be the end of the town.
  await waitFor('a pause to begin or to end for good', 300, async () => {
    if (await isSo('finalized')) return true
    if (!(await isSo('latest'))) {
      const call = { ...at, functionName: isPaused ? 'pause' : 'unpause', chain: null } as const
      await wallet.writeContract(call).catch(() => {})
    }
    return null
  })
}
