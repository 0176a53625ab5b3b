import { registerHooks } from 'node:module'

/** Given to Node with `--import`: as on a server that was installed without what only development needs. */
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    if (/\/node_modules\/(hardhat|@nomicfoundation)\//.test(found.url)) {
      throw new Error(`${specifier} of Hardhat was wanted by ${context.parentURL}`)
    }
    return found
  },
})
