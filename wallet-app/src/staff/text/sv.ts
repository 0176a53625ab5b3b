import type { Text } from './fi.ts'

const sv: Text = {
  product: 'Kipinä',
  desk: 'Skrivbord',
  office: 'Kontor',
  menu: 'Sidor',
  account: 'Eget konto',
  signIn: 'Logga in',
  signOut: 'Logga ut',
  deskLead: 'Skrivbordet är för dem som arbetar med unga: behov, beslut och koder till telefoner.',
  officeLead: 'Kontoret är för program, affärer och avräkningar.',
  ended: 'Du har loggats ut. Det du skrev finns kvar på sidan.',
  signInAgain: 'Logga in i en ny flik',
  noRole: 'Du har inte behörighet till den här vyn.',
  goToDesk: 'Gå till skrivbordet',
  goToOffice: 'Gå till kontoret',
  reload: 'Uppdatera',
  print: 'Skriv ut',
  notASum: 'Skriv en summa i euro, till exempel 50 eller 12,50.',
  municipality: 'Hemkommun',
  municipalityUnknown: 'Skriv kommunens namn och välj den i listan.',
  amount: 'Summa, €',
  until: 'Gäller till och med',
  reason: 'Motivering',
  reasonShort: 'Skriv en motivering, minst tre tecken.',
  readyReasons: 'Färdiga motiveringar',
  code: {
    label: 'QR-kod',
    until: (day, time) => `Gäller till ${day} kl. ${time}. Koden kan användas en gång.`,
  },
  purpose: {
    food: 'Mat',
    clothes: 'Kläder',
    travel: 'Resor',
    hobby: 'Hobby',
    culture: 'Kultur',
    health: 'Hälsa',
    study: 'Studier',
    home: 'Hem',
  },
}

export default sv
