import type { Text } from './fi.ts'

const en: Text = {
  product: 'Kipinä',
  desk: 'Desk',
  office: 'Office',
  menu: 'Pages',
  account: 'My account',
  signIn: 'Sign in',
  signOut: 'Sign out',
  deskLead: 'The desk is for those who work with youths: needs, decisions and codes for their phones.',
  officeLead: 'The office is for programmes, merchants and settlements.',
  ended: 'You have been signed out. What you typed is still on this page.',
  signInAgain: 'Sign in in a new tab',
  noRole: 'You have no rights to this view.',
  goToDesk: 'Go to the desk',
  goToOffice: 'Go to the office',
  reload: 'Refresh',
  print: 'Print',
  notASum: 'Type a sum in euros, for example 50 or 12.50.',
  municipality: 'Home municipality',
  municipalityUnknown: 'Type the name of the municipality and choose it from the list.',
  amount: 'Amount, €',
  until: 'Valid until',
  reason: 'Reason',
  reasonShort: 'Give a reason of at least three characters.',
  readyReasons: 'Ready-made reasons',
  code: {
    label: 'QR code',
    until: (day, time) => `Valid until ${day} at ${time}. The code works once.`,
  },
  purpose: {
    food: 'Food',
    clothes: 'Clothes',
    travel: 'Travel',
    hobby: 'Hobby',
    culture: 'Culture',
    health: 'Health',
    study: 'Study',
    home: 'Home',
  },
}

export default en
