/** Started by `recoverers`: answers each list with what is not signed in it. */
import { parentPort, workerData } from 'node:worker_threads'
import { type SignedAcceptance, type Signing, unsignedAmong } from './recovering.ts'

parentPort?.on('message', async (signed: SignedAcceptance[]) => {
  parentPort?.postMessage(await unsignedAmong(workerData as Signing, signed))
})
