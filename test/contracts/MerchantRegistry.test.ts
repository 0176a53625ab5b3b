import { expect } from 'chai'
import { as, CAFE, CULTURE, DAY, FOOD, GROCER, loadFixture, nextAt, now, openTown } from './support/town.ts'

const NEWCOMER = 9

describe('Merchant registry', () => {
  it('refuses anybody but the registrar, the admin too', async () => {
    const { registry, admin, stranger } = await loadFixture(openTown)
    const role = await registry.REGISTRAR_ROLE()
    for (const caller of [admin, stranger]) {
      const registryAs = as(registry, caller)
      for (const call of [
        () => registryAs.register(NEWCOMER, FOOD),
        () => registryAs.setPurposes(GROCER, CULTURE),
        () => registryAs.suspend(GROCER, 2n ** 40n - 1n),
        () => registryAs.reinstate(GROCER),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(registry, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, role)
      }
    }
  })

  describe('register', () => {
    it('refuses a number that was ever taken (INVARIANT 12)', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await as(registry, registrar).suspend(GROCER, (await now()) + DAY)
      await expect(as(registry, registrar).register(GROCER, CULTURE))
        .to.be.revertedWithCustomError(registry, 'MerchantExists')
        .withArgs(GROCER)
    })

    it('refuses a merchant without purposes', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).register(NEWCOMER, 0))
        .to.be.revertedWithCustomError(registry, 'PurposesMissing')
        .withArgs(NEWCOMER)
    })

    it('takes in a merchant', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).register(NEWCOMER, FOOD))
        .to.emit(registry, 'MerchantRegistered')
        .withArgs(NEWCOMER, FOOD)
      expect(await registry.acceptanceOf(NEWCOMER)).to.deep.equal([BigInt(FOOD), 0n])
    })
  })

  describe('setPurposes', () => {
    it('refuses an unknown merchant', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).setPurposes(NEWCOMER, FOOD))
        .to.be.revertedWithCustomError(registry, 'MerchantUnknown')
        .withArgs(NEWCOMER)
    })

    it('refuses to leave a merchant without purposes (INVARIANT 12)', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).setPurposes(GROCER, 0))
        .to.be.revertedWithCustomError(registry, 'PurposesMissing')
        .withArgs(GROCER)
    })

    it('changes what a merchant may sell and leaves its suspension', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      const from = (await now()) + DAY
      await as(registry, registrar).suspend(GROCER, from)
      await expect(as(registry, registrar).setPurposes(GROCER, 255))
        .to.emit(registry, 'PurposesSet')
        .withArgs(GROCER, 255)
      expect(await registry.acceptanceOf(GROCER)).to.deep.equal([255n, from])
    })
  })

  describe('suspend', () => {
    it('refuses an unknown merchant', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).suspend(NEWCOMER, (await now()) + DAY))
        .to.be.revertedWithCustomError(registry, 'MerchantUnknown')
        .withArgs(NEWCOMER)
    })

    it('refuses a second that is over', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      const second = (await now()) + DAY
      await nextAt(second)
      await expect(as(registry, registrar).suspend(GROCER, second - 1n))
        .to.be.revertedWithCustomError(registry, 'SuspensionInThePast')
        .withArgs(second - 1n, second)
    })

    it('starts in the present second at the earliest', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      const second = (await now()) + DAY
      await nextAt(second)
      await expect(as(registry, registrar).suspend(GROCER, second))
        .to.emit(registry, 'MerchantSuspended')
        .withArgs(GROCER, second)
      expect(await registry.acceptanceOf(GROCER)).to.deep.equal([BigInt(FOOD), second])
    })
  })

  describe('reinstate', () => {
    it('refuses an unknown merchant', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await expect(as(registry, registrar).reinstate(NEWCOMER))
        .to.be.revertedWithCustomError(registry, 'MerchantUnknown')
        .withArgs(NEWCOMER)
    })

    it('ends a suspension', async () => {
      const { registry, registrar } = await loadFixture(openTown)
      await as(registry, registrar).suspend(CAFE, (await now()) + DAY)
      await expect(as(registry, registrar).reinstate(CAFE)).to.emit(registry, 'MerchantReinstated').withArgs(CAFE)
      expect(await registry.acceptanceOf(CAFE)).to.deep.equal([BigInt(FOOD | CULTURE), 0n])
    })
  })

  it('knows nothing of an unknown merchant', async () => {
    const { registry } = await loadFixture(openTown)
    expect(await registry.acceptanceOf(NEWCOMER)).to.deep.equal([0n, 0n])
  })
})
