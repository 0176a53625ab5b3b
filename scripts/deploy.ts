/**
 * `npm run deploy`, once for a network: puts the contracts on the chain of RPC_URL, gives each role to its key of KEYS_FILE,
 * and remembers them in the database of DATABASE_URL, which from then on belongs to this chain. Reads the server's settings.
 * Run again, it goes on where it was cut short; of what is complete it only says where it is. Run by a newer version, with
 * no server running, it adds what that needs.
 */
import { formatEther } from 'viem'
import { clientOn } from '../server/chain/client.ts'
import { deployAuditAnchor } from '../server/chain/deploy.ts'
import { isWhole } from '../server/chain/deployment.ts'
import { deployFirst, findContracts } from '../server/chain/known.ts'
import { lanes } from '../server/chain/outbox.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/db/database.ts'
import { migrate } from '../server/db/migrate.ts'
import { openKeys } from '../server/keys.ts'
import { lockFolder } from '../server/lock.ts'

try {
  const config = readConfig(process.env)
  if (config.rpcUrl === null) {
    throw new Error('RPC_URL is not set: the chain in DATA is deployed to by the server, at its first start')
  }
  if (config.databaseUrl === null) lockFolder(config.dataFolder ?? '')
  const keys = openKeys(config)
  const client = clientOn({ rpcUrl: config.rpcUrl })
  const database = await openDatabase(config, (error) => console.error(`A database connection was lost: ${error.name}`))
  try {
    await migrate(database.db)
    const say = (line: string) => console.log(line)
    const known = await findContracts(config, database.db, client)
    const contracts =
      known === null
        ? await deployFirst(config, database.db, client, keys, say)
        : isWhole(known)
          ? known
          : await deployAuditAnchor(database.db, client, keys, known, say)
    for (const [name, address] of Object.entries(contracts)) console.log(`${name.padEnd(17)} ${address}`)

    console.log('\nEach of these pays for its own transactions:')
    for (const lane of lanes) {
      const { address } = keys[lane]
      console.log(`${lane.padEnd(17)} ${address}  ${formatEther(await client.getBalance({ address }))}`)
    }
  } finally {
    await database.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
