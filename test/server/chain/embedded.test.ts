import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { createPublicClient, custom, type Hex } from 'viem'
import { type EmbeddedChain, openEmbeddedChain } from '../../../server/chain/embedded.ts'
import { sender, transferOn } from '../../support/transfers.ts'

const child = join(import.meta.dirname, '../../support/transfers.ts')

describe('The embedded chain', () => {
  const folders: string[] = []
  const fresh = () => {
    const folder = mkdtempSync(join(tmpdir(), 'kipina-chain-'))
    folders.push(folder)
    return folder
  }
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const open = (folder: string | null, more: object = {}) =>
    openEmbeddedChain({ folder, chainId: 31_337, senders: [sender.address], now: () => new Date(), ...more })
  const blockOf = async (chain: EmbeddedChain, number: bigint) =>
    await createPublicClient({ transport: custom(chain), cacheTime: 0 }).getBlock({ blockNumber: number })

  it('answers no call that only a test chain has', async () => {
    const chain = await open(null)
    for (const method of ['hardhat_setBalance', 'evm_mine', 'eth_sendTransaction', 'eth_accounts', 'debug_traceCall']) {
      const refused = await chain.request({ method: method as never }).catch((error: unknown) => error)
      expect(refused, method).to.have.property('code', -32_601)
    }
    await chain.close()
  })

  it('survives kill -9 in mid-work, three times, with every block it has told of', async function () {
    this.timeout(60_000)
    const folder = fresh()
    const told = new Map<string, string>()
    for (let life = 0; life < 3; life++) {
      for (const [number, hash] of await workUntilKilled(folder, 12 + 5 * life)) told.set(number, hash)
    }
    const chain = await open(folder)
    for (const [number, hash] of told) expect((await blockOf(chain, BigInt(number))).hash).to.equal(hash)
    expect(told.size).to.be.greaterThan(40)
    await chain.close()
  })

  describe('continued from its folder', () => {
    let folder: string
    const hashes: Hex[] = []

    before(async () => {
      folder = fresh()
      const chain = await open(folder)
      for (let nonce = 0; nonce < 3; nonce++) hashes.push((await transferOn(chain, nonce)).blockHash)
      await chain.close()
    })

    const copy = () => {
      const other = fresh()
      cpSync(folder, other, { recursive: true })
      return other
    }
    const refusal = async (opening: Promise<EmbeddedChain>) => {
      const error = await opening.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).to.be.instanceOf(Error)
      return (error as Error).message
    }

    it('refuses another installation’s keys and says what to do', async () => {
      const others = open(copy(), { senders: ['0x00000000000000000000000000000000000000aa'] })
      expect(await refusal(others)).to.match(/belongs to other keys.*Bring back the keys\.json/s)
    })

    it('refuses another chain id and says what to do', async () => {
      expect(await refusal(open(copy(), { chainId: 7 }))).to.match(/has id 31337.*Set the chain id back/s)
    })

    it('refuses a journal whose block was altered, naming the block, and changes nothing', async () => {
      const altered = copy()
      const path = join(altered, 'blocks.jsonl')
      const text = readFileSync(path, 'utf8').replace(hashes[1] ?? '', `0x${'ab'.repeat(32)}`)
      writeFileSync(path, text)
      expect(await refusal(open(altered))).to.match(/^Block 2 .*bring back a copy.*`npm ci`/s)
      expect(readFileSync(path, 'utf8')).to.equal(text)
    })

    it('refuses a journal with a line that is no block, naming the line', async () => {
      const broken = copy()
      const path = join(broken, 'blocks.jsonl')
      writeFileSync(path, `nonsense\n${readFileSync(path, 'utf8')}`)
      expect(await refusal(open(broken))).to.match(/line 1 is not a block/)
    })

    for (const torn of ['{"t":17', '\u0000\u0000\u0000\n', '{"t":1,"raw":null}\n']) {
      it(`drops a last line that was cut short: ${JSON.stringify(torn)}`, async () => {
        const cut = copy()
        appendFileSync(join(cut, 'blocks.jsonl'), torn)
        const chain = await open(cut)
        expect((await blockOf(chain, 3n)).hash).to.equal(hashes[2])
        await transferOn(chain, 3)
        await chain.close()
        await (await open(cut)).close()
      })
    }

    it('keeps a transaction that reverted, as the block it is', async () => {
      const other = copy()
      const chain = await open(other)
      const { status, blockHash, blockNumber } = await transferOn(chain, 3, '0xfe')
      expect(status).to.equal('reverted')
      await chain.close()
      const again = await open(other)
      expect((await blockOf(again, blockNumber)).hash).to.equal(blockHash)
      await again.close()
    })
  })

  it('never lets its time run back, and follows the clock however far it jumps', async () => {
    let clock = Date.UTC(2026, 10, 22)
    const chain = await open(null, { now: () => new Date(clock) })
    const seconds: bigint[] = []
    for (const [nonce, jump] of [0, 86_400_000, -3_600_000, 40 * 86_400_000].entries()) {
      clock += jump
      seconds.push((await blockOf(chain, (await transferOn(chain, nonce)).blockNumber)).timestamp)
    }
    expect(seconds.map((second) => Number(second - (seconds[0] ?? 0n)))).to.deep.equal([
      0,
      86_400,
      86_400,
      40 * 86_400 + 82_800,
    ])
    await chain.close()
  })

  async function workUntilKilled(folder: string, blocks: number): Promise<Map<string, string>> {
    const worker = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const told = new Map<string, string>()
    for await (const line of createInterface({ input: worker.stdout })) {
      const [number, hash] = line.split(' ')
      if (number === undefined || hash === undefined) continue
      told.set(number, hash)
      if (told.size === blocks) worker.kill('SIGKILL')
    }
    return told
  }
})
