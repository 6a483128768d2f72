//! What can be done, one file each, over the provider and ledger ports. The console and the headless verbs call the same.
