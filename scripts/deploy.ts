/**
 * `npm run deploy`, once for a network: puts the contracts on the chain of RPC_URL, gives each role to its key of KEYS_FILE,
 * and remembers them in the database of DATABASE_URL, which from then on belongs to this chain. Admin and treasury need gas.
 */
import { clientOn } from '../server/chain/client.ts'
import { deploy, rememberDeployment } from '../server/chain/deploy.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/db/database.ts'
import { migrate } from '../server/db/migrate.ts'
import { openKeys } from '../server/keys.ts'

const config = readConfig(process.env)
if (config.rpcUrl === null) {
  console.error('RPC_URL is not set: the embedded chain deploys by itself when the server starts.')
  process.exit(1)
}

const database = await openDatabase(config, (error) => console.error(`A database connection was lost: ${error.name}`))
try {
  await migrate(database.db)
  const known = await database.db.selectFrom('chain_deployment').select('chain_id').executeTakeFirst()
  if (known !== undefined) throw new Error(`This database has its contracts already, on chain ${known.chain_id}.`)
  const client = clientOn({ rpcUrl: config.rpcUrl })
  const chainId = await client.getChainId()
  if (chainId !== config.chainId)
    throw new Error(`The chain of RPC_URL is ${chainId}, CHAIN_ID says ${config.chainId}.`)

  const deployment = await deploy(client, openKeys(config), config)
  await rememberDeployment(database.db, client, deployment)
  for (const [name, address] of Object.entries(deployment.contracts)) console.log(`${name} ${address}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await database.close()
}
