/**
 * Tills in a process of their own: `node scripts/million/till.ts FILE`. Each takes one note after the other, signs for both
 * sides, and sends the same bytes until it is answered. What was answered is a line of the file of acknowledgements, written
 * when the answer is here.
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { payAtTill } from '../../protocol/api/till.ts'
import { chargeTypedData } from '../../protocol/charge.ts'
import { deadlineAfter, spendsOf, spendTypedData } from '../../protocol/spend.ts'
import { toHex } from '../../server/db/bytes.ts'
import { signDigest } from '../../server/signing/secp256k1.ts'
import { digestOf, type FlatTypedData } from '../../server/signing/typedData.ts'
import { faceCents, noteAt, priceAt } from './holders.ts'
import type { JoinedTill } from './town.ts'

export interface TillsAsked {
  origin: string
  /** Any of them answers. */
  ports: number[]
  chainId: number
  vouchers: Address
  graceSeconds: number
  seed: string
  notes: number
  /** Each with its number among all tills: it takes every note of that remainder. */
  tills: (JoinedTill & { turn: number })[]
  allTills: number
  file: string
}

export interface TillsTold {
  again: number
  cpuMicros: number
  /** Answered twice, and not with the same receipt. */
  differed: string[]
  refused: string[]
}

const asked = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TillsAsked
const agent = new Agent({ keepAlive: true })
const acknowledged = createWriteStream(asked.file)
const told: TillsTold = { again: 0, cpuMicros: 0, differed: [], refused: [] }

/** Of so many payments one is sent again although it was answered, and one is cut off and sent again. */
const [oneIsRepeated, oneIsCutOff] = [97, 211]
const pauseMilliseconds = 25

async function signed(typedData: FlatTypedData, key: Hex): Promise<Hex> {
  const { r, s, yParity } = await signDigest(toHex(digestOf(typedData)), key)
  return `${r}${s.slice(2)}${(27 + yParity).toString(16)}` as Hex
}

async function bodyOf(till: JoinedTill, place: number): Promise<string> {
  const { chainId, vouchers } = asked
  const { noteId, privateKey } = noteAt(asked.seed, place)
  const now = Date.now()
  const nonce = toHex(randomBytes(8))
  const opening = { nonce, signedAt: now, salt: toHex(randomBytes(8)), agreedCents: faceCents }
  const note = { noteId, mostCents: faceCents, signature: '0x' as Hex }
  const deadline = deadlineAfter(now, asked.graceSeconds)
  const offer = { merchant: till.merchant, deadline, opening, notes: [note] }
  const [spend] = spendsOf(offer)
  if (spend === undefined) throw new Error('An offer without a note')
  note.signature = await signed(spendTypedData(chainId, vouchers, spend), privateKey)
  const charge = {
    merchant: till.merchant,
    till: till.till,
    priceCents: priceAt(place),
    nonce,
    askedAt: Math.floor(now / 1000),
  }
  const signature = await signed(chargeTypedData(chainId, vouchers, charge), till.privateKey)
  return JSON.stringify(z.encode(payAtTill.body, { charge: { ...charge, signature }, offer }))
}

function send(till: JoinedTill, body: string, port: number, patience = 60_000) {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    origin: asked.origin,
    cookie: till.cookie,
  }
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path: payAtTill.path, method: 'POST', headers, timeout: patience }
    const sent = request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.once('error', reject)
    })
    sent.once('timeout', () => sent.destroy(new Error('No answer in time')))
    sent.once('error', reject)
    sent.end(body)
  })
}

/** Asks with the same bytes, one server after the other, until there is an answer. Null for a no. */
async function answered(till: JoinedTill, body: string, place: number): Promise<string | null> {
  for (let tries = 0; ; tries++) {
    const port = asked.ports[(place + tries) % asked.ports.length] ?? 0
    const isCutOff = tries === 0 && place % oneIsCutOff === 0
    const answer = await send(till, body, port, isCutOff ? 2 : undefined).catch(() => null)
    if (answer !== null && answer.status >= 200 && answer.status < 300) return answer.text
    if (answer !== null && answer.status < 500 && answer.status !== 429) {
      told.refused.push(`${place}: ${answer.status} ${answer.text.slice(0, 200)}`)
      return null
    }
    told.again++
    await wait(pauseMilliseconds)
  }
}

async function work(till: TillsAsked['tills'][number]): Promise<void> {
  for (let place = till.turn; place < asked.notes; place += asked.allTills) {
    const body = await bodyOf(till, place)
    const text = await answered(till, body, place)
    if (text === null) continue
    const { receipt } = JSON.parse(text) as { receipt: Record<'payment' | 'nonce' | 'signature', Hex> }
    acknowledged.write(`${place} ${till.till} ${receipt.nonce} ${receipt.payment} ${receipt.signature}\n`)
    if (place % oneIsRepeated !== 0) continue
    const again = await answered(till, body, place + 1)
    if (again !== text) told.differed.push(`${place}: ${again?.slice(0, 200)}`)
  }
}

await Promise.all(asked.tills.map(work))
await new Promise<void>((resolve) => acknowledged.end(resolve))
const { user, system } = process.cpuUsage()
told.cpuMicros = user + system
writeFileSync(`${asked.file}.told`, JSON.stringify(told))
process.exit(0)
