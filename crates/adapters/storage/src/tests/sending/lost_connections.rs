//! Connections to a MySQL server that really break, at each command of a batch: before the server got it, while it
//! carries it out, and when it has answered.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sixin_application::sending::ports::MessageStore;

use crate::connection::url::DatabaseUrl;
use crate::database::{Database, DatabaseOptions};
use crate::tests::harness::{TestDatabase, on_mysql};
use crate::tests::sending::acknowledgements::{answers_are_true, batch, repeats_are_stored_once};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server does not get the command.
    Before,
    /// The server gets it, and is not waited for.
    InFlight,
    /// The server has carried it out, and its answer is lost.
    After,
}

/// Which command from now on is the last one of its connection, and how.
type Order = Arc<Mutex<Option<(usize, Cut)>>>;

/// Passes MySQL's protocol on to a server until it is told to cut a connection.
struct Wire {
    address: String,
    order: Order,
}

impl Wire {
    fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, order) = (listener.local_addr().unwrap().to_string(), Order::default());
        let orders = Arc::clone(&order);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&server) else { return };
                let orders = Arc::clone(&orders);
                std::thread::spawn(move || connection(&client, &server, &orders));
            }
        });
        Self { address, order }
    }
}

/// Both directions of one connection, until it ends or is cut.
fn connection(client: &TcpStream, server: &TcpStream, order: &Mutex<Option<(usize, Cut)>>) {
    let is_deaf = Mutex::new(false);
    let _ = client.set_nodelay(true).and(server.set_nodelay(true));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = answers(server, client, &is_deaf);
            hang_up(client, server);
        });
        let _ = commands(client, server, order, &is_deaf);
        // A deaf client's server is still at work; the other direction hangs up.
        if !*is_deaf.lock().unwrap() {
            hang_up(client, server);
        }
    });
}

fn hang_up(client: &TcpStream, server: &TcpStream) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn answers(mut server: &TcpStream, mut client: &TcpStream, is_deaf: &Mutex<bool>) -> std::io::Result<()> {
    let mut buffer = [0; 16_384];
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 || *is_deaf.lock().unwrap() {
            return Ok(());
        }
        client.write_all(&buffer[..read])?;
    }
}

fn commands(
    mut client: &TcpStream,
    mut server: &TcpStream,
    order: &Mutex<Option<(usize, Cut)>>,
    is_deaf: &Mutex<bool>,
) -> std::io::Result<()> {
    loop {
        let mut packet = vec![0; 4];
        client.read_exact(&mut packet)?;
        let length = u32::from_le_bytes([packet[0], packet[1], packet[2], 0]);
        packet.resize(4 + usize::try_from(length).unwrap(), 0);
        client.read_exact(&mut packet[4..])?;
        // The first packet of an exchange is a command; COM_STMT_CLOSE (0x19) is not answered.
        let is_command = packet[3] == 0 && packet.get(4).is_some_and(|command| *command != 0x19);
        let cut = if is_command { struck(order) } else { None };
        if cut == Some(Cut::Before) {
            return Ok(());
        }
        *is_deaf.lock().unwrap() = cut == Some(Cut::After);
        server.write_all(&packet)?;
        if cut.is_some() {
            return Ok(());
        }
    }
}

/// Counts a command down; the cut, if it is the one.
fn struck(order: &Mutex<Option<(usize, Cut)>>) -> Option<Cut> {
    let mut order = order.lock().unwrap();
    let (left, cut) = (*order)?;
    *order = left.checked_sub(1).map(|left| (left, cut));
    order.is_none().then_some(cut)
}

fn through_a_wire(db: &TestDatabase) -> (Wire, Database) {
    let DatabaseUrl::Mysql(url) = &db.url else { panic!("not MySQL") };
    let (place, path) = url.strip_prefix("mysql://").unwrap().split_once('/').unwrap();
    let (user, host) = place.rsplit_once('@').map_or(("root", place), |(user, host)| (user, host));
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:3306") };
    let wire = Wire::to(host);
    let separator = if path.contains('?') { '&' } else { '?' };
    // A driver that prefers the socket of a server on the same machine would go past the wire.
    let url = format!("mysql://{user}@{}/{path}{separator}prefer_socket=false", wire.address);
    let options =
        DatabaseOptions { writers: 1, readers: 1, ..DatabaseOptions::new(DatabaseUrl::parse(&url).unwrap()) };
    (wire, Database::open(options).unwrap())
}

fn cut_at_every_command(db: &TestDatabase, cut: Cut) {
    let (wire, database) = through_a_wire(db);
    for n in 0.. {
        let case = format!("command {n}, {cut:?}");
        let units = batch(db, &case);
        *wire.order.lock().unwrap() = Some((n, cut));
        let answers = database.append(units.clone());
        assert!(answers.iter().all(Result::is_ok), "{case}: {answers:?}");
        answers_are_true(db, &units, &answers, &case);
        if wire.order.lock().unwrap().take().is_some() {
            assert!(n > 12, "a batch has more commands than {n}");
            return;
        }
        repeats_are_stored_once(db, db, &units, &case);
    }
}

#[test]
fn a_connection_lost_before_a_command_arrives_costs_no_unit() {
    on_mysql(|db| cut_at_every_command(db, Cut::Before));
}

#[test]
fn a_connection_lost_while_a_command_is_carried_out_costs_no_unit() {
    on_mysql(|db| cut_at_every_command(db, Cut::InFlight));
}

#[test]
fn a_connection_lost_after_a_command_was_carried_out_costs_no_unit() {
    on_mysql(|db| cut_at_every_command(db, Cut::After));
}
