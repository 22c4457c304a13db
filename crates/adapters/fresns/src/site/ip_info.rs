//! What a client learns about its own connection when it starts: the device information it sends from then on.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_domain::access::session::Login;
use sixin_web::request::client_address::client_address;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, enter};
use crate::api::FresnsApi;
use crate::responses::done;
use crate::routes::IP_INFO;

/// Where a client comes from. Nobody is asked where an address is, so all that would need it is empty.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsIpInfo)]
pub(crate) struct IpInfo {
    #[schema(required = true, example = "203.0.113.7")]
    network_ipv4: Option<String>,
    #[schema(required = true)]
    network_ipv6: Option<String>,
    #[schema(required = true)]
    network_port: Option<u16>,
    #[schema(required = true)]
    network_timezone: Option<String>,
    #[schema(required = true)]
    network_offset: Option<i64>,
    #[schema(required = true)]
    network_currency: Option<String>,
    #[schema(required = true)]
    network_isp: Option<String>,
    #[schema(required = true)]
    network_org: Option<String>,
    #[schema(required = true)]
    network_as: Option<String>,
    #[schema(required = true)]
    network_as_name: Option<String>,
    network_mobile: bool,
    network_proxy: bool,
    network_hosting: bool,
    #[schema(required = true)]
    map_id: Option<i64>,
    #[schema(required = true)]
    latitude: Option<String>,
    #[schema(required = true)]
    longitude: Option<String>,
    #[schema(required = true)]
    scale: Option<i64>,
    #[schema(required = true)]
    continent: Option<String>,
    #[schema(required = true)]
    continent_code: Option<String>,
    #[schema(required = true)]
    country: Option<String>,
    #[schema(required = true)]
    country_code: Option<String>,
    #[schema(required = true)]
    region: Option<String>,
    #[schema(required = true)]
    region_code: Option<String>,
    #[schema(required = true)]
    city: Option<String>,
    #[schema(required = true)]
    city_code: Option<String>,
    #[schema(required = true)]
    district: Option<String>,
    #[schema(required = true)]
    address: Option<String>,
    #[schema(required = true)]
    zip: Option<String>,
}

impl IpInfo {
    /// The port is that of whoever connected, so it says something of the client only without a proxy.
    fn of(address: IpAddr, peer: Option<std::net::SocketAddr>) -> Self {
        let network_port = peer.filter(|peer| peer.ip() == address).map(|peer| peer.port());
        let address = address.to_canonical();
        let text = Some(address.to_string());
        let (network_ipv4, network_ipv6) = if address.is_ipv4() { (text, None) } else { (None, text) };
        Self { network_ipv4, network_ipv6, network_port, ..Self::default() }
    }
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(show_ip_info))]
pub(crate) struct Described;

/// Show where the caller comes from
///
/// The address the caller comes from, for its device information. Nobody is asked where that address is.
#[utoipa::path(get, path = IP_INFO, responses((status = 200, body = IpInfo)))]
pub(crate) async fn show_ip_info(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        let address = client_address(&request, &api.http.trusted_proxies);
        Ok(done(IpInfo::of(address, request.peer_addr()), locale.language))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_where_its_family_belongs_and_the_port_only_beside_its_own() {
        let of = |address: &str, peer: &str| IpInfo::of(address.parse().unwrap(), peer.parse().ok());
        let direct = of("203.0.113.7", "203.0.113.7:4711");
        assert_eq!((direct.network_ipv4.as_deref(), direct.network_port), (Some("203.0.113.7"), Some(4711)));
        let mapped = of("::ffff:203.0.113.7", "[::1]:4711");
        assert_eq!((mapped.network_ipv4.as_deref(), mapped.network_port), (Some("203.0.113.7"), None));
        let sixth = of("2001:db8::7", "10.0.0.1:1");
        assert_eq!((sixth.network_ipv4, sixth.network_ipv6.as_deref()), (None, Some("2001:db8::7")));
    }
}
