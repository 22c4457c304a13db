//! A real nginx in front of a server.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::site::PATIENCE;

/// A program that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An nginx with one server, which has these locations and other lines; answers its port. `listens` stands behind the address that it
/// listens on, such as `ssl`. What it writes is in `directory`.
pub(crate) fn nginx(program: &Path, directory: &Path, listens: &str, lines: &str) -> (Running, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let configuration = format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; events {{}}\nhttp {{ access_log off;\n\
         map $http_upgrade $connection_upgrade {{ default upgrade; \"\" \"\"; }}\n\
         client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n\
         uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n\
         server {{ listen 127.0.0.1:{port} {listens};\n{lines}\n}} }}\n",
        directory.display()
    );
    let file = directory.join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let mut command = Command::new(program);
    command.arg("-c").arg(&file).arg("-p").arg(directory).stderr(Stdio::null());
    let running = Running(command.spawn().unwrap());
    let begun = std::time::Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < PATIENCE, "nginx does not listen");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    (running, port)
}
