import { pause } from '../../walkthrough/parallel.ts'
import { type Fault, outsideOf } from './fault.ts'

/** The database's disk is full: nothing is acknowledged that could not be written, and all goes on when there is room. */
export const diskFull: Fault = {
  name: 'diskFull',
  lane: 'machines',
  may: ({ outside }) => outside?.database.isSmall ?? false,
  seconds: 6,
  async inject(run, chance) {
    const { database } = outsideOf(run)
    database.fill()
    await pause(chance.between(1000, 3000))
    database.empty()
    await database.start()
  },
}
