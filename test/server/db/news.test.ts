import { expect } from 'chai'
import { sql } from 'kysely'
import { type Database, openDatabase } from '../../../server/db/database.ts'
import { type OpenedNews, openNews } from '../../../server/db/news.ts'
import { emptyDatabase, quiet } from '../../support/chain.ts'

/** Longer than a test may last: only the news ends such a wait. */
const long = 3_600_000

describe('News', function () {
  this.timeout(60_000)
  let database: Database
  let news: OpenedNews

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())
  beforeEach(async () => {
    news = await openNews(database, quiet)
  })
  afterEach(() => news.close())

  it('refuses a word with a comma or of many letters', () => {
    expect(() => news.tell('a,b')).to.throw('no word')
    expect(() => news.tell('a'.repeat(33))).to.throw('no word')
  })

  it('wakes everybody who waits for the word, and nobody else', async () => {
    const woken = [news.next('a', long), news.next('a', long)]
    const other = news.next('b', long)
    news.tell('a')
    expect(await Promise.all(woken)).to.deep.equal([true, true])
    expect(await Promise.race([other, Promise.resolve('waits')])).to.equal('waits')
  })

  it('wakes after the patience is over, and when nobody listens any more', async () => {
    expect(await news.next('a', 1)).to.equal(true)
    const gone = new AbortController()
    const waits = news.next('a', long, gone.signal)
    gone.abort()
    expect(await waits).to.equal(true)
    expect(await news.next('a', long, gone.signal)).to.equal(true)
  })

  it('says when it ends that there will be none, to who waits and to who comes later', async () => {
    const waits = news.next('a', long)
    await news.close()
    expect(await waits).to.equal(false)
    expect(await news.next('a', long)).to.equal(false)
  })

  describe('of another server', () => {
    let elsewhere: Database
    let others: OpenedNews
    before(function () {
      if (database.engine !== 'postgres') this.skip()
    })
    beforeEach(async () => {
      if (database.engine !== 'postgres') return
      const databaseUrl = database.pool.options.connectionString ?? ''
      elsewhere = await openDatabase({ databaseUrl, dataFolder: null }, () => {})
      others = await openNews(elsewhere, quiet)
    })
    afterEach(async () => {
      await others?.close()
      await elsewhere?.close()
    })

    it('come at once, however many they are', async () => {
      const words = Array.from({ length: 1000 }, (_, n) => `0x${n.toString(16).padStart(16, '0')}`)
      const heard = words.map((word) => others.next(word, long))
      for (const word of words) news.tell(word)
      expect(new Set(await Promise.all(heard))).to.deep.equal(new Set([true]))
    })

    it('are told before a server ends', async () => {
      const heard = others.next('last', long)
      news.tell('last')
      await news.close()
      expect(await heard).to.equal(true)
    })

    it('come again after the connection broke, and whoever waited meanwhile looks for itself', async () => {
      const meanwhile = others.next('nobody tells this', long)
      const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query = 'listen kipina_news'`
      await cut.execute(database.db)
      expect(await meanwhile).to.equal(true)
      const heard = others.next('again', long)
      news.tell('again')
      expect(await heard).to.equal(true)
    })
  })
})
