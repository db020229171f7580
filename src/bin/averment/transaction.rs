//! What a session holds between `:begin` and `:commit`: a transaction that writes, or where nothing can be written, the
//! state of one commit.

use averment::{Database, Params, ReadTransaction, Rows, WriteTransaction};

use crate::Fault;

pub(crate) enum Transaction {
    Writing(Box<WriteTransaction>),
    Reading(ReadTransaction),
}

impl Transaction {
    pub(crate) fn begin(db: &Database, message: String) -> Result<Self, Fault> {
        let mut transaction = if db.is_read_only() {
            Transaction::Reading(db.read())
        } else {
            Transaction::Writing(Box::new(db.write()?))
        };
        transaction.set_message(message)?;
        Ok(transaction)
    }

    /// What becomes of it.
    pub(crate) fn greeting(&self) -> String {
        match self {
            Transaction::Writing(_) => {
                "a transaction is open: :commit keeps what it writes, :rollback undoes it".to_owned()
            }
            Transaction::Reading(read) => format!(
                "a transaction is open that only reads: what was so at commit {}, until :commit or :rollback",
                read.commit_number()
            ),
        }
    }

    pub(crate) fn query(&mut self, text: &str, params: &Params) -> Result<Rows, Fault> {
        Ok(match self {
            Transaction::Writing(write) => write.query(text, params)?,
            Transaction::Reading(read) => read.query(text, params)?,
        })
    }

    pub(crate) fn set_message(&mut self, message: String) -> Result<(), Fault> {
        match self {
            Transaction::Writing(write) => write.set_message(message)?,
            Transaction::Reading(_) if message.is_empty() => {}
            Transaction::Reading(_) => {
                return Err(Fault::command("a message is that of a commit, and this transaction only reads"));
            }
        }
        Ok(())
    }

    pub(crate) fn set_author(&mut self, name: &str) -> Result<(), Fault> {
        if let Transaction::Writing(write) = self {
            write.set_author(name)?;
        }
        Ok(())
    }

    /// What there is to say of its end.
    pub(crate) fn commit(self, db: &Database) -> Result<String, Fault> {
        let nothing = || "nothing was written: there is no new commit".to_owned();
        match self {
            Transaction::Reading(_) => Ok(nothing()),
            Transaction::Writing(write) => {
                // While it was open, nobody else wrote.
                let last = db.commit_number();
                let number = write.commit()?;
                Ok(if number == last { nothing() } else { format!("commit {number}") })
            }
        }
    }
}
