// Makes the MongoDB of the full stack a replica set of one (transactions need one), and gives each service that has a store
// a user with a database of its own. Runs at each start of the stack; what is there already stays, passwords are set anew.
const fs = require('fs');
const read = name => fs.readFileSync(`/run/mongo/${name}`, 'utf8').trim();

const databases = { crmwriter: 'crm', postbackdispatcher: 'postbacks', auditstore: 'audit' };
const deadline = Date.now() + 120000;

const attempt = work => {
  for (;;) {
    try {
      return work();
    } catch (e) {
      if (Date.now() > deadline) throw e;
      sleep(1000);
    }
  }
};

const admin = attempt(() => connect(`mongodb://root:${read('root')}@mongo:27017/admin?directConnection=true`));
try {
  admin.adminCommand({ replSetGetStatus: 1 });
} catch (e) {
  if (e.codeName !== 'NotYetInitialized') throw e;
  admin.adminCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] } });
}
attempt(() => {
  if (!admin.hello().isWritablePrimary) throw new Error('MongoDB has not become the primary of its replica set.');
});

for (const [user, db] of Object.entries(databases)) {
  const account = { pwd: read(user), roles: [{ role: 'readWrite', db }] };
  if (admin.getUser(user)) admin.updateUser(user, account);
  else admin.createUser({ user, ...account });
}
print('MongoDB is set up.');
